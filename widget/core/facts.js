// Facts as the core reads them: `key ␟ value ␞`, one after the other.
//
// No value can end its entry: the four characters that separate are taken out of it.

export const entry = (key, value) => key + '\x1f' + value.replace(/[\x1c-\x1f]/g, ' ') + '\x1e';

// `numbers` writes numbers, money and dates in the visitor's language. It comes with the further
// pieces: those that are drawn without them show none.
export const flatten = (value, numbers, key = '') => {
  if (value == null || value === '') return '';
  const told = numbers?.(key, value);
  if (told) return told;
  if (typeof value !== 'object') return entry(key, String(value));
  const list = Array.isArray(value);
  let all = list ? flatten(value.length, numbers, key) : '';
  for (const name of Object.keys(value)) {
    const inner = key ? key + '.' + name : name;
    all += (list ? entry(inner, '1') : '') + flatten(value[name], numbers, inner);
  }
  return all;
};
