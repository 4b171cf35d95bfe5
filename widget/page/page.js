// The demo page's own script: its button opens the chat, and the notice goes once a clinician has reviewed the wording.
const chat = document.querySelector("marrow-chat");
const ask = document.getElementById("ask");
ask.hidden = false;
ask.addEventListener("click", () => chat.show());

fetch("/review")
  .then((response) => (response.ok ? response.json() : Promise.reject()))
  .then(({ unreviewed, total }) => {
    document.getElementById("unreviewed").hidden = unreviewed === 0;
    if (unreviewed > 0) document.getElementById("unreviewed-count").textContent = ` (${unreviewed} of ${total} texts)`;
  })
  .catch(() => {}); // Not knowing is no review: the notice stays.
