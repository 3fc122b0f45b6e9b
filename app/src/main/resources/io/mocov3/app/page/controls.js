"use strict";
/* The actions of the control API. A token is asked for only where the daemon wants one. */
(function () {
  const KEY = "mocov3-token";
  const ACTIONS = [
    { name: "pause", label: "pause", only: state => state !== "paused" },
    { name: "resume", label: "resume", only: state => state === "paused" },
    { name: "checkpoint", label: "save a checkpoint" },
    { name: "evaluate", label: "evaluate" },
    { name: "rollback", label: "roll back", sure: "Go back to the newest checkpoint from before the present step? The steps since then are undone." },
    { name: "stop", label: "stop", sure: "Save a checkpoint and end the process?" }
  ];
  let state = "";
  let busy = false;

  const bar = document.createElement("section");
  bar.id = "controls";
  bar.setAttribute("aria-label", "operate this training");
  const buttons = ACTIONS.map(action => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.dataset.action = action.name;
    button.addEventListener("click", () => act(action));
    bar.append(button);
    return button;
  });
  const token = document.createElement("input");
  token.type = "password";
  token.placeholder = "token";
  token.autocomplete = "off";
  token.hidden = true;
  token.setAttribute("aria-label", "token of http.token-file");
  token.value = sessionStorage.getItem(KEY) || "";
  const said = document.createElement("output");
  bar.append(token, said);
  document.getElementById("head").after(bar);

  function show() {
    ACTIONS.forEach((action, i) => {
      buttons[i].hidden = action.only ? !action.only(state) : false;
      buttons[i].disabled = busy;
    });
  }

  function say(line, bad) {
    said.textContent = line;
    said.classList.toggle("bad", bad);
  }

  async function act(action) {
    if (action.sure && !confirm(action.sure)) return;
    busy = true;
    show();
    say(action.label + " …", false);
    try {
      await ask(action, crypto.getRandomValues(new Uint32Array(4)).join("-"));
    } catch (lost) {
      say("no answer from the daemon", true);
    }
    busy = false;
    show();
  }

  /* The same key is the same request: it is only waited for again. */
  async function ask(action, key) {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    if (token.value) headers.Authorization = "Bearer " + token.value;
    const answer = await fetch("api/v1/" + action.name, { method: "POST", headers, body: "{}" });
    const document = await answer.json();
    if (answer.status === 202) return ask(action, key);
    if (answer.status === 401) token.hidden = false;
    if (answer.ok && token.value) sessionStorage.setItem(KEY, token.value);
    say(answer.ok ? document.line : document.error, !answer.ok);
  }

  document.addEventListener("mocov3-status", event => {
    state = event.detail.state || "";
    show();
  });
  show();
})();
