"use strict";

// The provider's script stands behind this one and may look for itself as the last, so this waits until both are here.
document.addEventListener("DOMContentLoaded", () => {
  const main = document.querySelector("main");
  const { key, clientSecret, unclear, noFields } = main.dataset;
  const trouble = document.getElementById("trouble");
  const said = document.getElementById("said");

  const amount = document.getElementById("amount");
  try {
    const style = { style: "currency", currency: amount.dataset.currency };
    amount.textContent = new Intl.NumberFormat(document.documentElement.lang, style).format(amount.value);
  } catch {
    // A currency that the browser does not know stays as the server wrote it.
  }

  const show = (state) => {
    if (main.dataset.state === state) return;
    main.dataset.state = state;
    const outcome = document.querySelector(`.outcome[data-when="${state}"]`);
    if (outcome) {
      said.textContent = outcome.textContent;
      outcome.querySelector("h2").focus();
    }
  };

  const ask = async () => {
    const answer = await fetch(location.pathname, { method: "POST" });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).state;
  };

  const pause = (millis) => new Promise((done) => setTimeout(done, millis));

  // What the server learns from the provider counts, and nothing that this page was told.
  const follow = async (times) => {
    for (let time = 0; time < times; time += 1) {
      try {
        const state = await ask();
        if (state !== "open" && state !== "checking") return show(state);
        if (state === "checking") show(state);
      } catch {
        // Asked again in a moment.
      }
      await pause(2000);
    }
    show("checking");
  };

  if (main.dataset.state === "checking") follow(30);
  if (!clientSecret) return;

  const form = document.getElementById("pay");
  const button = form.querySelector("button");
  let stripe, card;
  try {
    stripe = window.Stripe(key);
    const style = getComputedStyle(main);
    const base = { color: style.color, iconColor: style.color, fontSize: style.fontSize, "::placeholder": { color: style.color } };
    card = stripe.elements({ locale: document.documentElement.lang }).create("card", { style: { base } });
    card.mount("#card");
  } catch {
    trouble.textContent = noFields;
    return;
  }
  button.disabled = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    trouble.textContent = "";
    let result;
    try {
      result = await stripe.confirmCardPayment(clientSecret, { payment_method: { card } });
    } catch {
      result = {};
    }
    if (result.paymentIntent && result.paymentIntent.status === "succeeded") {
      await follow(15);
    } else {
      const message = result.error && typeof result.error.message === "string" ? result.error.message : "";
      try {
        const state = await ask();
        show(state);
        trouble.textContent = state === "open" ? message || unclear : "";
        if (state === "checking") follow(15);
      } catch {
        trouble.textContent = unclear;
      }
    }
    button.disabled = false;
  });
});
