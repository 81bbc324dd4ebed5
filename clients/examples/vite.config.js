import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const input = Object.fromEntries(["react", "svelte", "vue"].map((name) => [name, `${name}/index.html`]));

export default defineConfig({
  plugins: [svelte(), vue()],
  build: { target: "esnext", rollupOptions: { input } },
});
