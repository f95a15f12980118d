"use strict";
let customer = null;

async function showServices() {
  const services = await call("GET", "/api/services");
  const legend = $("#services legend");
  $("#services").replaceChildren(legend, ...services
    .filter((service) => service.status === "Active")
    .map((service) => {
      const box = Object.assign(document.createElement("input"), {
        type: "checkbox", name: "service", value: service.id,
      });
      const label = document.createElement("label");
      label.append(box, ` ${service.name}, ${service.price.toFixed(2)} (${service.duration})`);
      return label;
    }));
}

async function showOrders() {
  const email = encodeURIComponent(customer.email);
  const orders = await call("GET", `/api/orders?email=${email}`);
  $("#orders").replaceChildren(...orders.map((order) => {
    const item = document.createElement("li");
    const image = Object.assign(document.createElement("img"), {
      src: `${$("#server").value}/qr/${order.id}.png`, alt: `QR code of ${order.id}`, width: 120,
    });
    const remove = Object.assign(document.createElement("button"), { textContent: "Delete" });
    remove.addEventListener("click", async () => {
      try {
        say((await call("DELETE", `/api/orders/${order.id}?email=${email}`)).message);
        await showOrders();
      } catch (error) {
        say(error.message);
      }
    });
    item.append(`${order.id}: ${order.service.join(", ")}, ${order.status} `, image, remove);
    return item;
  }));
  return `${orders.length} order(s)`;
}

function signedIn(answer) {
  token = answer.token;
  customer = answer.customer;
  return `Hello ${customer.name}`;
}

on("#signup", "submit", async () => signedIn(await call("POST", "/auth/signup", fieldsOf("#signup"))));
on("#login", "click", async () => {
  const { email, password } = fieldsOf("#signup");
  token = "";
  return signedIn(await call("POST", "/auth/login", { email, password }));
});
on("#order", "submit", async () => {
  if (!customer) throw new Error("Sign up or log in first.");
  const { pickupDate, specialInstructions } = fieldsOf("#order");
  const chosen = [...document.querySelectorAll("[name=service]:checked")];
  const placed = await call("POST", "/api/orders", {
    customerName: customer.name,
    customerEmail: customer.email,
    customerPhone: customer.phone,
    serviceIds: chosen.map((box) => box.value),
    pickupDate,
    specialInstructions,
  });
  await showOrders();
  return `Placed ${placed.order.id}, total ${placed.order.total}`;
});
on("#refresh", "click", showOrders);
on("#server", "change", async () => { await showServices(); return ""; });
showServices().catch((error) => say(error.message));
