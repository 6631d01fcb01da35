//! A site of one page, under any policy; what is below /r/ goes on to the edge, as a shop's proxy would do it.
//! Invariant: prints its port, and nothing else, when it listens.
//! Called by site.rs, with EDGE, POLICY and PAGE in the environment.
import { createServer } from "node:http";
import { createProxy, isFriendPath } from "../../www/demo/proxy.mjs";

const { EDGE, POLICY, PAGE } = process.env;
const pass = createProxy({ edge: EDGE });
const headers = {
  "content-type": "text/html; charset=utf-8",
  ...(POLICY && { "content-security-policy": POLICY }),
};

const server = createServer((request, response) => {
  if (isFriendPath(request.url)) pass(request, response);
  else response.writeHead(200, headers).end(PAGE);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
