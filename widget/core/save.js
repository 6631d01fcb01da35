// The QR code as a file: the drawing as it is, or as a picture of eight pixels a module.

const SCALE = 8;

const drawing = ({ qr_size, qr_path }) =>
  new Blob(
    [
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ' + qr_size + ' ' + qr_size + '">' +
        '<path fill="#fff" d="M0 0h' + qr_size + 'v' + qr_size + 'H0z"/><path d="' + qr_path + '"/></svg>',
    ],
    { type: 'image/svg+xml' },
  );

const picture = ({ qr_size, qr_path }) => {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d');
  canvas.width = canvas.height = qr_size * SCALE;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.width);
  pen.fillStyle = '#000';
  pen.scale(SCALE, SCALE);
  pen.fill(new Path2D(qr_path));
  return new Promise((done) => canvas.toBlob(done));
};

export const saved = async (own, ending) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await (ending === 'png' ? picture : drawing)(own));
  link.download = 'qr.' + ending;
  link.click();
  setTimeout(URL.revokeObjectURL, 1000, link.href);
};
