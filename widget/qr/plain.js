// The QR module as JavaScript. It draws by itself too, for a page that is known to run no WebAssembly.
// `honeyguide-qr` is what wasm2js made of the very module that ships: the build says where.

import * as module from 'honeyguide-qr';
import { trace } from './trace.js';

export const { dark, finish, write } = module;

export const draw = (text) => trace(module, text);
