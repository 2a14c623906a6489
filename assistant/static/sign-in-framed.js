// What the widget's frame shows before its reader is signed in: the same two words with the page around it.
import { onEntered, tellHost, wearAccent } from "./embedded.js";

document.getElementById("wb-again").addEventListener("click", () => location.reload());
addEventListener("keydown", (event) => event.key === "Escape" && tellHost("close"));
wearAccent();
onEntered(() => document.getElementById("wb-enter").focus());
tellHost("ready");
