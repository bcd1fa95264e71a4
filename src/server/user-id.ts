/** What a user id may be made of: it becomes part of memory keys and of file names. */
const allowed = /^[A-Za-z0-9._\-@:+]{1,128}$/;

export const userIdRule = 'A user id has 1 to 128 characters out of letters, digits and . _ - @ : +';

/** True for an id that can name a user; see {@link userIdRule}. */
export const isUserId = (value: string): boolean => allowed.test(value) && value !== '.' && value !== '..';
