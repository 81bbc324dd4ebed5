/**
 * Makes `dist/`, what the package holds: the library as the web client has it
 * (static/js/collection), what packages have besides (src), and the types of both.
 */

import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(at("dist"), { recursive: true, force: true });
cpSync(at("src"), at("dist"), { recursive: true });
cpSync(at("../../static/js/collection"), at("dist/collection"), { recursive: true });
cpSync(at("../../LICENSE"), at("LICENSE"));
execFileSync("npx", ["tsc", "-p", at("tsconfig.json")], { cwd: at("."), stdio: "inherit" });
