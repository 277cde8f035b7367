"use strict";

const $ = (id) => document.getElementById(id);
let state = null;
let current = null; // the chat on screen
let author = null; // who writes in a group
let inline = null; // the open inline query
const pressed = new Set(); // queries whose answer is to be shown

function make(tag, attributes = {}, ...children) {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

async function act(deed) {
  const answer = await fetch("/do", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(deed),
  });
  return answer.ok ? answer.json() : "";
}

const person = () => (current < 0 ? author : current);

async function say(text) {
  if (text.trim()) await act({ do: "say", chat: current, by: person(), text });
}

// A message's markup comes cleaned by the server: known tags, and no attribute but a link's address.
function bubble(message) {
  const body = make("div", { className: "bubble" });
  if (message.by && current < 0) body.append(make("span", { className: "name", textContent: state.people[message.by] }));
  if (message.photo) body.append(make("img", { src: message.photo, alt: "" }));
  if (message.html) body.append(document.createRange().createContextualFragment(message.html));
  else body.append(message.text);
  if (message.document) {
    body.append(make("a", { href: `/file/${message.id}`, download: message.document, textContent: `📄 ${message.document}` }));
  }
  for (const link of body.querySelectorAll("a[href*='?start=']")) open(link);
  if (message.edited) body.append(make("span", { className: "edited", textContent: "edited" }));
  return body;
}

// A link to the bot itself starts it here; a link that shares one fills the composer.
function open(link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const url = new URL(link.href);
    const shared = url.pathname === "/share/url" ? new URL(url.searchParams.get("url")) : url;
    if (shared !== url) {
      $("text").value = shared.href;
      return $("text").focus();
    }
    show(current < 0 ? author : current);
    say(`/start ${shared.searchParams.get("start")}`);
  });
}

function keys(message) {
  const rows = make("div", { className: "keys" });
  for (const row of message.keyboard) {
    const line = make("div");
    for (const button of row) {
      if (button.url) {
        const link = make("a", { href: button.url, textContent: button.text, target: "_blank", rel: "noopener" });
        if (button.url.includes("start=") || button.url.includes("start%3D")) open(link);
        line.append(link);
        continue;
      }
      const key = make("button", { textContent: button.text });
      key.addEventListener("click", async () => {
        key.disabled = true;
        pressed.add(await act({ do: "press", chat: current, by: person(), message: message.id, data: button.callback_data }));
        answered();
        setTimeout(() => (key.disabled = false), 600);
      });
      line.append(key);
    }
    rows.append(line);
  }
  return rows;
}

function reactions(message) {
  const bar = make("div", { className: "react" });
  for (const emoji of message.reactions) {
    const on = make("button", { className: "on", textContent: emoji, title: "Take it off" });
    on.addEventListener("click", () => act({ do: "react", chat: current, by: person(), message: message.id, emoji: "" }));
    bar.append(on);
  }
  const opener = make("button", { className: "open", textContent: "react", title: "React" });
  opener.addEventListener("click", () => {
    const old = bar.querySelector(".picker");
    if (old) return old.remove();
    const picker = make("div", { className: "picker" });
    for (const emoji of state.reactions) {
      const one = make("button", { textContent: emoji });
      one.addEventListener("click", () => act({ do: "react", chat: current, by: person(), message: message.id, emoji }));
      picker.append(one);
    }
    bar.append(picker);
  });
  bar.append(opener);
  return bar;
}

function line(message) {
  const item = make("li", { className: message.by === person() ? "mine" : "" }, bubble(message));
  if (message.keyboard.length) item.append(keys(message));
  if (!message.by) item.append(reactions(message));
  return item;
}

const drawn = new Map(); // "chat:by:id" -> what was drawn, so that only what changed is drawn anew

function draw() {
  const chat = state.chats.find((one) => one.id === current);
  const list = $("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const kept = new Set();
  let before = null;
  for (const message of chat.messages) {
    const key = `${current}:${message.by}:${message.id}`;
    const print = JSON.stringify([message, person()]);
    kept.add(key);
    let known = drawn.get(key);
    if (!known || known.print !== print) {
      const node = line(message);
      if (known) known.node.replaceWith(node);
      known = { node, print };
      drawn.set(key, known);
    }
    const next = before ? before.nextSibling : list.firstChild;
    if (known.node !== next) list.insertBefore(known.node, next);
    before = known.node;
  }
  for (const [key, known] of drawn) {
    if (!kept.has(key)) {
      known.node.remove();
      drawn.delete(key);
    }
  }
  list.querySelector(".draft")?.remove();
  if (chat.draft) {
    list.append(make("li", { className: "draft" }, make("div", { className: "bubble", textContent: chat.draft + " …" })));
  }
  $("status").textContent = chat.typing ? "typing…" : current < 0 ? "group" : "bot";
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function frame() {
  const chat = state.chats.find((one) => one.id === current);
  $("title").textContent = current < 0 ? chat.name : state.bot.first_name;
  $("face").textContent = current < 0 ? "F" : "U";
  $("face").className = current < 0 ? "face g" : "face";
  $("as").hidden = current > 0;
  $("text").placeholder = current < 0 ? `Message, e.g. @${state.bot.username} a comedy` : "Message";
  $("chats").replaceChildren(
    ...state.chats.map((one) => {
      const last = one.messages.at(-1);
      const face = make("div", { className: "face " + (one.id < 0 ? "g" : one.name === "Bob" ? "b" : ""), textContent: one.name[0] });
      const words = make("span", {}, make("strong", {}, one.name, make("i", { textContent: one.id < 0 ? "" : " & Usher" })),
        make("em", { textContent: last ? last.text.split("\n")[0] : "nothing yet" }));
      const button = make("button", { ariaCurrent: String(one.id === current) }, face, words);
      button.addEventListener("click", () => show(one.id));
      return button;
    }),
  );
}

function show(chat) {
  current = chat;
  $("messages").replaceChildren();
  drawn.clear();
  $("menu").hidden = $("found").hidden = true;
  frame();
  draw();
  $("messages").scrollTop = $("messages").scrollHeight;
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($("toast").hidden = true), 4000);
}

function answered() {
  for (const query of pressed) {
    if (!(query in state.answers)) continue;
    pressed.delete(query);
    if (state.answers[query]) toast(state.answers[query]);
  }
}

function found() {
  const results = inline && state.results[inline];
  if (!results) return;
  $("found").hidden = false;
  $("found").replaceChildren(
    ...results.map((one) => {
      const button = make("button", {}, make("b", { textContent: one.title }), one.description || "");
      button.addEventListener("click", () => {
        act({ do: "share", chat: current, by: person(), query: inline, result: one.id });
        $("text").value = "";
        $("found").hidden = true;
        inline = null;
      });
      return button;
    }),
  );
  if (!results.length) $("found").replaceChildren("Nothing found.");
}

let asking = 0;
$("text").addEventListener("input", () => {
  const start = `@${state.bot.username} `;
  const text = $("text").value;
  clearTimeout(asking);
  if (!text.startsWith(start)) {
    inline = null;
    $("found").hidden = true;
    return;
  }
  asking = setTimeout(async () => {
    inline = await act({ do: "ask", by: person(), query: text.slice(start.length) });
    found();
  }, 400);
});

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(asking);
  inline = null;
  $("found").hidden = $("menu").hidden = true;
  say($("text").value);
  $("text").value = "";
});

$("commands").addEventListener("click", () => {
  const chat = state.chats.find((one) => one.id === current);
  $("menu").hidden = !$("menu").hidden;
  $("menu").replaceChildren(
    ...chat.menu.map((one) => {
      const button = make("button", {}, make("b", { textContent: `/${one.command}` }), one.description);
      button.addEventListener("click", () => {
        $("menu").hidden = true;
        say(`/${one.command}`);
      });
      return button;
    }),
  );
});

$("by").addEventListener("change", () => {
  author = Number($("by").value);
  show(current);
});

async function follow() {
  for (;;) {
    try {
      const answer = await fetch(`/state?since=${state ? state.version : -1}`);
      state = await answer.json();
    } catch {
      $("status").textContent = "the playground has stopped";
      await new Promise((done) => setTimeout(done, 2000));
      continue;
    }
    if (current === null) {
      const people = Object.entries(state.people);
      author = Number(people[0][0]);
      $("by").replaceChildren(...people.map(([id, name]) => make("option", { value: id, textContent: name })));
      show(author);
      for (const control of $("composer").elements) control.disabled = false;  // now there is somebody to write to
      $("text").focus();
    } else {
      frame();
      draw();
    }
    answered();
    found();
  }
}

follow();
