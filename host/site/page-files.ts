// The page of the telephone below `/phone/`, beside the files of a file server.
//
// In: the page's folder and a request. Out: the file with the type that a browser wants, or undefined where it is not for the page.

import { cleanPath, fileHandler, type FileSource } from "./file-server.js";
import { statusResponse, type HttpHandler, type HttpRequest, type HttpResponse } from "./http-message.js";

export const PAGE_PATH = "/phone/";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", wasm: "application/wasm",
  svg: "image/svg+xml",
};

/** Answers what is below `PAGE_PATH`; a browser that forgot the last slash is sent on. */
export function pageHandler(page: FileSource): (request: HttpRequest) => HttpResponse | undefined {
  const files: HttpHandler = fileHandler(page);
  return (request) => {
    const path = request.target.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
    if (path === PAGE_PATH.slice(0, -1)) return { ...statusResponse(301, ""), headers: [["Location", PAGE_PATH]] };
    if (!path.startsWith(PAGE_PATH)) return undefined;
    const target = `/${path.slice(PAGE_PATH.length) || "index.html"}`;
    const answer = files({ ...request, target });
    const type = TYPES[/\.([a-z]+)$/.exec(cleanPath(target) ?? "")?.[1] ?? ""];
    if (type === undefined || answer.status >= 400) return answer;
    return { ...answer, headers: answer.headers.map(([key, value]) => [key, key === "Content-Type" ? type : value]) };
  };
}
