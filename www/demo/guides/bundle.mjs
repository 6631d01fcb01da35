//! Bundles an example's scripts with esbuild, once each, and single-file components with Vue's own compiler.
//! Invariant: the browser gets what is in node_modules, and nothing from elsewhere.
//! Called by guides.mjs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const made = new Map();
const once = (name, make) => made.get(name) ?? made.set(name, make()).get(name);

const COMMON = { bundle: true, write: false, format: "esm", jsx: "automatic", legalComments: "none", logLevel: "warning" };

/** A `.vue` file as a module. The elements are the browser's own, not components of the app. */
const components = {
  name: "components",
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { compileScript, parse } = await import("vue/compiler-sfc");
      const isCustomElement = (tag) => tag.startsWith("honeyguide-");
      const how = { filename: path, templateParseOptions: { isCustomElement } };
      const { descriptor } = parse(readFileSync(path, "utf8"), how);
      const templateOptions = { compilerOptions: { isCustomElement } };
      const { content } = compileScript(descriptor, { id: "app", inlineTemplate: true, templateOptions });
      return { contents: content, loader: "js" };
    });
  },
};

/** → the text of a script for the browser. In development, so that a framework says what it doesn't like. */
export function bundle(folder, entry) {
  return once(entry, async () => {
    const { build } = await import("esbuild");
    const define = {
      "process.env.NODE_ENV": '"development"', __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    };
    const entryPoints = [fileURLToPath(new URL(entry, folder))];
    const { outputFiles } = await build({ ...COMMON, entryPoints, define, plugins: [components], target: "es2022" });
    return outputFiles[0].text;
  });
}

/** → the module, for the server. It is put among the packages, which it needs. */
export function serverBundle(folder, entry) {
  return once(`server ${entry}`, async () => {
    const { build } = await import("esbuild");
    const entryPoints = [fileURLToPath(new URL(entry, folder))];
    const { outputFiles } = await build({ ...COMMON, entryPoints, platform: "node", packages: "external" });
    const packages = new URL("../../..", import.meta.url);
    const cache = new URL("node_modules/.cache/honeyguide/", packages);
    mkdirSync(cache, { recursive: true });
    const file = new URL(`${process.pid}-${entry.replaceAll("/", "-")}.mjs`, cache);
    writeFileSync(file, outputFiles[0].text);
    return import(file);
  });
}
