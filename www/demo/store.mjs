//! The shop's memory: small JSON files in its data directory.
//! Invariant: a file is the old value or the new one, whole, even if the process dies half way.
//! Called by server.mjs, orders, customers, destination and inbox.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Makes the folder if it isn't there; its parent must be. (Node's `recursive` never ends where none can be made.) */
export function ensureFolder(path) {
  if (!existsSync(path)) mkdirSync(path);
}

/** The value in the file, or `otherwise` where there is no such file. */
export function readJson(path, otherwise) {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return otherwise;
    throw error;
  }
  return JSON.parse(text);
}

/** Replaces the file: written beside it, synced, then renamed over it. */
export function writeJson(path, value) {
  const beside = `${path}.new`;
  const file = openSync(beside, "w", 0o600);
  try {
    writeSync(file, JSON.stringify(value, null, 1));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
