import { createApp, markRaw } from "vue";
import { connect } from "../connect.js";
import List from "./List.vue";

const collection = markRaw(await connect()); // its methods cannot be called through a proxy
createApp(List, { collection }).mount("main");
