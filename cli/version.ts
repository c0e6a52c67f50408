/** The version in package.json; a test holds all of them equal. */
export const VERSION = '0.1.0';
