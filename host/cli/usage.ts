// The one kind of failure that is the user's command line and not the telephone.
//
// A command throws it with a sentence that names the argument and the way out; main prints that and exits 2.
// It is thrown before a telephone is powered on, never afterwards.

export class UsageError extends Error {
  override readonly name = "UsageError";
}
