// One surface: what the core wrote is carried out, so that the nodes on the stage become equal to it.
// Only what differs is touched: nothing jumps, focus stays, and screen readers hear what changed.

const HTML = 'http://www.w3.org/1999/xhtml';
const SVG = 'http://www.w3.org/2000/svg';

const icon = (path) => {
  const drawing = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'path');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  drawing.setAttribute('class', 'icon');
  line.setAttribute('d', path);
  drawing.append(line);
  return drawing;
};

// → `{ tree, effects, memory }`
export const read = (written) => {
  const tree = document.createDocumentFragment();
  const effects = [];
  const memory = {};
  let at = tree;
  for (const line of written.split('\x1e')) {
    const rest = line.slice(1);
    const [name, ...more] = rest.split(' ');
    const value = more.join(' ');
    const kind = line[0];
    if (kind === '<') {
      const node = document.createElementNS(/^(svg|path)$/.test(name) ? SVG : HTML, name);
      at.append(node);
      at = node;
    }
    if (value && kind === '<' || name === 'class') {
      at.setAttribute('class', value);
      at.setAttribute('part', value);
    } else if (kind === '=') at.setAttribute(name, value);
    if (kind === '"') at.append(rest);
    if (kind === '*') at.append(icon(rest));
    if (kind === '>') at = at.parentNode;
    if (kind === '~') {
      const [key, kept] = rest.split('\x1f');
      memory[key] = kept;
    }
    if (kind === '!') effects.push(rest.split('\x1f'));
  }
  return { tree, effects, memory };
};

const alike = (old, fresh) =>
  old.nodeName === fresh.nodeName && old.type === fresh.type && old.className === fresh.className;

// `old` keeps its place and becomes as `fresh` is. A dialog that is open stays so, and what was typed
// stays too.
const change = (old, fresh) => {
  if (old.nodeType === 3) {
    old.data = fresh.data;
    return;
  }
  for (const name of old.getAttributeNames())
    if (!fresh.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) {
    const value = fresh.getAttribute(name);
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  become(old, fresh);
};

// What stands in `old` becomes as what stands in `fresh`.
export const become = (old, fresh) => {
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, at) => {
    const there = before[at];
    if (!there) old.append(node);
    else if (there.isEqualNode(node)) return;
    else if (alike(there, node)) change(there, node);
    else there.replaceWith(node);
  });
  before.slice(after.length).forEach((node) => node.remove());
};
