// Flags for our own C: what gcc's sanitizers find ends the program.

export const SANITIZERS = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
