import { readFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type ProxyOptions } from "vite";

/** `npm run dev` shows the pages of this folder over a running server: HEDDLE_SERVER, as the command line has it. */
const server = process.env["HEDDLE_SERVER"] ?? "127.0.0.1:7433";

/** The server's token as it lies on this machine for its own user; read anew for every request, for servers restart. */
function tokenOf(address: string): string {
  const uid = String(userInfo().uid);
  const folders = [
    join(process.env["XDG_RUNTIME_DIR"] ?? "/nonexistent", "heddle"),
    join("/run/user", uid, "heddle"),
    join(tmpdir(), `heddle-${uid}`),
  ];
  for (const folder of folders) {
    try {
      const { token } = JSON.parse(readFileSync(join(folder, `${address.replace(":", "_")}.token`), "utf8")) as {
        token: string;
      };
      return token;
    } catch {
      // Not in this folder.
    }
  }
  return "";
}

const proxy: ProxyOptions = {
  target: `http://${server}`,
  changeOrigin: true,
  configure(through) {
    through.on("proxyReq", (request) => {
      request.setHeader("authorization", `Bearer ${tokenOf(server)}`);
      for (const name of ["origin", "referer", "cookie", "sec-fetch-site", "sec-fetch-mode"])
        request.removeHeader(name);
    });
  },
};

// oxlint-disable-next-line import/no-default-export -- Vite asks for it.
export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/graphql": proxy } },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2023",
    // Nothing may become data: in a style sheet but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 500,
    reportCompressedSize: false,
    // Of everything that is built in: their authors ask for it.
    license: { fileName: "licenses.md" },
  },
});
