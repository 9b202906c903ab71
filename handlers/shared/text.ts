/** Rules that hold for every text that is taken in. */

/** What is wrong with a text, for a person; undefined when nothing is. */
export function textMistake(text: string, multiline: boolean): string | undefined {
  if (!text.isWellFormed()) return "must be well-formed Unicode, without lone surrogates";
  if (/[\ufffe\uffff]/.test(text)) return "must not have U+FFFE or U+FFFF, which queues do not take";
  const checked = multiline ? text.replace(/[\t\n\r]/g, "") : text;
  if (!/\p{Cc}/u.test(checked)) return undefined;
  return multiline ? "must not have control characters" : "must be one line without control characters";
}

/** Texts that look the same are stored the same: Unicode normalisation form C. */
export function normalised(text: string): string {
  return text.normalize("NFC");
}
