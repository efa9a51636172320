/** The version of the program, which the package and this line state together; a test holds them equal. */
export const version = '0.1.0';
