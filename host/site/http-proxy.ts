// A forward proxy for HTTP (RFC 9110 §7.6, RFC 9112 §3.2.2): it takes requests in absolute form and passes them on to whom they name.
//
// In: a request and a way to find the origin server. Out: the origin's answer, or why there is none. It knows no CONNECT: telephones of
// this release speak plain HTTP to their CA.

import { type HttpHandler, statusResponse } from "./http-message.js";

/** The server of a name or address and port; undefined when there is none. */
export type FindsOrigin = (host: string, port: number) => HttpHandler | undefined;

const HTTP_PORT = 80;
const ABSOLUTE = /^http:\/\/([^/?#:@]+)(?::(\d{1,5}))?([/?][^#]*)?$/i;

export function proxyHandler(find: FindsOrigin): HttpHandler {
  return (request) => {
    const match = ABSOLUTE.exec(request.target);
    if (match === null) return statusResponse(400, "a proxy is asked for http://HOST/PATH");
    const [, host = "", port, path = "/"] = match;
    const origin = find(host.toLowerCase(), port === undefined ? HTTP_PORT : Number(port));
    if (origin === undefined) return statusResponse(502, `nobody answers at ${host}`);
    const target = path.startsWith("/") ? path : `/${path}`;
    const { status, headers, body } = origin({ ...request, target });
    return { status, headers: [...headers, ["Via", "1.1 offhook"]], body };
  };
}
