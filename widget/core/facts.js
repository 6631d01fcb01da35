// Facts as the core reads them: `key ␟ value ␞`, one after the other.
//
// Numbers, money and dates are written here, by the browser's own rules of the language, and a
// number's plural category goes along under `key#`. No value can end its entry: the four characters
// that separate are taken out of it.

// Writes for the language of `tag`, or of `language` where the browser doesn't know such a tag.
export const writer = (tag, language) => {
  try {
    new Intl.PluralRules(tag);
  } catch {
    tag = language;
  }
  const plural = new Intl.PluralRules(tag);
  const number = new Intl.NumberFormat(tag);
  const date = new Intl.DateTimeFormat(tag, { dateStyle: 'medium' });

  const money = ({ amount, currency }) => {
    const style = { style: 'currency', currency };
    const { maximumFractionDigits } = new Intl.NumberFormat(tag, style).resolvedOptions();
    const value = amount / 10 ** maximumFractionDigits;
    if (value % 1 === 0) style.minimumFractionDigits = style.maximumFractionDigits = 0;
    return new Intl.NumberFormat(tag, style).format(value);
  };

  const entry = (key, value) => key + '\x1f' + value.replace(/[\x1c-\x1f]/g, ' ') + '\x1e';
  const counted = (key, value) =>
    entry(key, number.format(value)) + entry(key + '#', plural.select(value));

  const flatten = (value, key = '') => {
    if (value == null || value === '') return '';
    if (typeof value === 'number') return counted(key, value);
    if (typeof value !== 'object')
      return entry(key, key.endsWith('_at') ? date.format(new Date(value)) : String(value));
    if (value.currency && 'amount' in value) return entry(key, money(value));
    const list = Array.isArray(value);
    let all = list ? counted(key, value.length) : '';
    for (const name of Object.keys(value)) {
      const inner = key ? key + '.' + name : name;
      all += (list ? entry(inner, '1') : '') + flatten(value[name], inner);
    }
    return all;
  };
  return flatten;
};
