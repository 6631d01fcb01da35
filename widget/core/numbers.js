// Numbers, money and dates as facts, by the browser's own rules of the language. A number's plural
// category goes along under `key#`.
//
// Each of the browser's writers is made when it is first needed: that takes longer than to draw a card.

import { entry } from './facts.js';

// Writes for the language of `tag`, or of `language` where the browser doesn't know such a tag.
// → the fact, or nothing where the value is none of these
export const writer = (tag, language) => {
  try {
    Intl.getCanonicalLocales(tag);
  } catch {
    tag = language;
  }
  let plural, number, date;

  const money = ({ amount, currency }) => {
    const style = { style: 'currency', currency };
    const { maximumFractionDigits } = new Intl.NumberFormat(tag, style).resolvedOptions();
    const value = amount / 10 ** maximumFractionDigits;
    if (value % 1 === 0) style.minimumFractionDigits = style.maximumFractionDigits = 0;
    return new Intl.NumberFormat(tag, style).format(value);
  };
  const counted = (key, value) =>
    entry(key, (number ||= new Intl.NumberFormat(tag)).format(value)) +
    entry(key + '#', (plural ||= new Intl.PluralRules(tag)).select(value));
  const day = (value) =>
    (date ||= new Intl.DateTimeFormat(tag, { dateStyle: 'medium' })).format(new Date(value));

  return (key, value) => {
    if (typeof value === 'number') return counted(key, value);
    if (typeof value === 'string') return key.endsWith('_at') && entry(key, day(value));
    return value.currency && 'amount' in value && entry(key, money(value));
  };
};
