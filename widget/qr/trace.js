// The dark modules of a code as one SVG path, a unit to a module. `size` is the side with the quiet zone of four
// modules all around, without which readers may fail: so the picture is `<svg viewBox="0 0 size size">`, dark on
// light whatever the page's colours are.

const QUIET = 4;

export const trace = ({ dark, finish, write }, text) => {
  for (const byte of new TextEncoder().encode(text)) write(byte);
  const side = finish();
  if (!side) throw RangeError('the text is too long for a QR code');
  let path = '';
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const from = x;
      while (dark(x, y)) x++;
      // A row of dark modules is one rectangle.
      if (x > from) path += `M${from + QUIET} ${y + QUIET}h${x - from}v1h${from - x}z`;
    }
  return { size: side + 2 * QUIET, path };
};
