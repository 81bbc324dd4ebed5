import { mount } from "svelte";
import { connect } from "../connect.js";
import List from "./List.svelte";

const collection = await connect();
mount(List, { target: document.querySelector("main"), props: { collection } });
