//! Reads QR codes with two decoders that know nothing of each other: ZXing and ZBar.
//! `decode.mjs photos FOLDER` reads every PNG of a folder; `decode.mjs drawn MODULE LENGTH` draws a link of each length up
//! to that one with the module and reads it. Prints a JSON object of `{name: [what ZXing read, what ZBar read]}`.
//! Called by the journey codes_are_read.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { scanImageData } from "@undecaf/zbar-wasm";
import { PNG } from "pngjs";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

// Both bring their WebAssembly in their packages; this one would ask a network for it.
const reader = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
prepareZXingModule({ overrides: { wasmBinary: readFileSync(reader).buffer } });

async function read({ data, width, height }) {
  const pixels = { data: new Uint8ClampedArray(data), width, height };
  const options = { formats: ["QRCode"], tryInvert: false, tryHarder: true };
  const [zxing] = await readBarcodes(pixels, options);
  const [zbar] = await scanImageData({ ...pixels, data: pixels.data });
  return [zxing?.text ?? null, zbar?.decode() ?? null];
}

/** What the module's path says, three pixels to a module: `M{x} {y}h{width}v1h-{width}z` for each dark run. */
function painted({ size, path }) {
  const scale = 3;
  const side = size * scale;
  const data = new Uint8ClampedArray(4 * side * side).fill(255);
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = y * scale; row < (+y + 1) * scale; row++) {
      for (let column = x * scale; column < (+x + +width) * scale; column++) {
        data.set([0, 0, 0, 255], 4 * (row * side + column));
      }
    }
  }
  return { data, width: side, height: side };
}

const found = {};
const [what, where, most] = process.argv.slice(2);
if (what === "photos") {
  for (const name of readdirSync(where).filter((name) => name.endsWith(".png"))) {
    found[name] = await read(PNG.sync.read(readFileSync(join(where, name))));
  }
} else {
  const { draw } = await import(pathToFileURL(resolve(where)));
  for (let length = 1; length <= Number(most); length++) {
    const text = "https://shop.example/r/".padEnd(length, "k7q2-Zx").slice(0, length);
    found[text] = await read(painted(draw(text)));
  }
}
process.stdout.write(JSON.stringify(found));
