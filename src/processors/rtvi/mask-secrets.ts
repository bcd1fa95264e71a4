const masked = '[REDACTED]';

/** `name=value` and `name: value` where the name says that the value is secret; the scheme of a header is kept. */
const pair =
  /(["']?\b[\w.-]*(?:api[-_]?key|authorization|password|passwd|secret|signature|token)\b["']?\s*[:=]+\s*["']?(?:(?:Bearer|Basic|Token)\s+)?)(?!Bearer\b|Basic\b|Token\b|\[REDACTED\])[^\s,;&"'}\])]+/giu;
const bearer = /\b(Bearer\s+)(?!\[REDACTED\])[\w.~+/=-]{8,}/gu;
const urlPassword = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s/@]+(?=@)/giu;
/** Keys whose form alone gives them away: OpenAI-style keys, GitHub and AWS ones, JSON web tokens. */
const knownForms =
  /\b(?:sk-[\w-]{16,}|gh[pousr]_\w{20,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})/gu;

/** Hides credentials in the text of an error before a client sees it, and keeps the rest. */
export function maskSecrets(text: string): string {
  return text
    .replace(pair, `$1${masked}`)
    .replace(bearer, `$1${masked}`)
    .replace(urlPassword, `$1${masked}`)
    .replace(knownForms, masked);
}
