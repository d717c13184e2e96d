// Secrets: which parameters have one for a value, and texts without them.
//
// The names are those of this telephone and of others that share its files; for hiding, whatever is called a password counts as one.

/** Stands for a value that is not shown. */
export const MASK = "***";

const NAMES = (
  "ACSPASSWORD ADMIN_PASSWORD CESPASSWORD CESVMPIN DEBUG_REPORT_PASSWORD DIRPASSWORD DOT1XPSWD ESMPASSWORD EWSPASSWORD " +
  "FORCE_HTTP_AUTH_PASSWORD FORCE_SIP_PASSWORD FORCE_WEB_ADMIN_PASSWORD FORCE_XSI_WEB_PASSWORD NVIKEPSK PHONE_LOCK_PIN PKCS12PASSWORD " +
  "PPMPASSWORD PROCPSWD SCA1_PASSWORD SCA2_PASSWORD SCA3_PASSWORD SCEPPASSWORD SIPPASSWORD SNMPSTRING SSOPASSWORD " +
  "SUPPORTEMAIL_ENCRYPTIONPASSPHRASE UNIFIED_PORTAL_PASSWORD WEP_KEY1 WEP_KEY2 WEP_KEY3 WEP_KEY4 WLAN_PASSWORD"
).split(" ");
const KNOWN: ReadonlySet<string> = new Set(NAMES);
/** Also where they are numbered: SIP_PASSWORD_1. */
const CALLED_SO = "[A-Z0-9_]{0,64}(?:PASSWORD|PASSWD|PASSPHRASE|_PASS|PSWD|PWD|PSK|SECRET)(?:_?[0-9]{1,3})?";
const IS_CALLED_SO = new RegExp(`^${CALLED_SO}$`, "i");

/** A name that is known to be one of a secret. */
export function isSecret(name: string): boolean {
  return KNOWN.has(name);
}

/** A name whose value is not shown, however it was mistyped around its letters. */
export function isHidden(name: string): boolean {
  const words = name.toUpperCase().split(/[^A-Z0-9_]+/);
  return [words.join(""), ...words].some((word) => KNOWN.has(word) || IS_CALLED_SO.test(word));
}

const NAME = `(?<![A-Z0-9_])(?:${NAMES.join("|")}|${CALLED_SO})(?![A-Z0-9_])`;
/** `NAME value`, `NAME=value`, `"NAME" value` and whatever follows it on the line. */
const IN_STATEMENT = new RegExp(`(${NAME}(?:[ \\t]*[=:][ \\t]*|[ \\t]+(?!SEQ[ \\t])|[^A-Z0-9_ \\t=:./\\\\&?-][^A-Z0-9_]*))(?=\\S).*`, "is");
/** `$NAME SEQ value GOTO tag`: the tag is none. */
const IN_CONDITION = new RegExp(`(${NAME}[ \\t]+SEQ[ \\t]+)(?:"[^"]*"(?:[ \\t]*,[ \\t]*"[^"]*")*|"[^"]*$|\\S+)`, "i");
/** The same the wrong way round. */
const IN_TURNED_CONDITION = new RegExp(`(IF[ \\t]+)(?:"[^"]*"|[^"\\s]+)(?=[ \\t]+SEQ[ \\t]+"?\\$?${NAME})`, "i");
/** `NAME=value` up to the next comma outside quotes, and the pieces behind it that have no name of their own. */
const IN_OPTION = new RegExp(`(${NAME}"?[^A-Z0-9_,"./\\\\&?-]+)(?:"[^"]*"?[^,]*|[^,]+)(?:,[^,=]+(?=,|$))*`, "gi");
/** Of a URL; and of `user:password@host` without a scheme, which the address of a SIP user is not. */
const USER_INFO = /:\/\/[^\s/"]*@/g;
const BARE_USER_INFO = /(?<![\w.:%/-])(?!(?:sips?|mailto):)[\w.%-]{1,64}:[^\s@/"]{1,128}@/gi;
/** `sip:user:password@host` (RFC 3261 section 19.1.1): the user is no secret. */
const SIP_PASSWORD = /(sips?:[^\s:@"<>]{1,128}):[^\s@"]{1,128}@/gi;
/** `?password=value` of a URL. */
const IN_QUERY = /([?&][\w.%-]{0,64}?(?:pass(?:word|wd|phrase|code)?|pswd|pwd|pw|psk|secret|token|pin|key)=)[^&#\s"]+/gi;

/** A line of a script. */
export function maskStatement(text: string): string {
  const plain = text.replace(IN_TURNED_CONDITION, `$1${MASK}`);
  return maskUrl(IN_CONDITION.test(plain) ? plain.replace(IN_CONDITION, `$1${MASK}`) : plain.replace(IN_STATEMENT, `$1${MASK}`));
}

/** The string of option 242. */
export function maskOption(text: string): string {
  return maskUrl(text.replace(IN_OPTION, `$1${MASK}`));
}

/** Any text with URLs in it, without who they log in as and the secrets in their queries. */
export function maskUrl(text: string): string {
  return text.replace(USER_INFO, `://${MASK}@`).replace(BARE_USER_INFO, `${MASK}@`)
    .replace(SIP_PASSWORD, `$1:${MASK}@`).replace(IN_QUERY, `$1${MASK}`);
}
