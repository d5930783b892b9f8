// Builds the page into the backend's static files. `npm run dev` serves it from here instead and
// sends what it asks for to an API on its default port.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/app/",
  build: {
    outDir: "../../api/transport/static/react",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
  },
  resolve: { conditions: ["parley-source", "module", "browser", "development|production"] },
  server: { host: "127.0.0.1", proxy: { "/graphql": "http://127.0.0.1:8000" } },
});
