//! What the shop sells.
//! Invariant: prices are integers of minor units, and come from here alone, never from a form.
//! Called by the pages.
const product = (id, name, amount, line, story) => ({
  id, name, line, story, price: { amount, currency: "USD" },
});

export const PRODUCTS = [
  product("kettle", "Kettle", 8600, "1.2 litres, enamelled steel",
    "Boils on gas, electric and induction. The handle stays cool, and the spout pours where you point it."),
  product("teapot", "Teapot", 6400, "Four cups, stoneware",
    "A steel sieve keeps the leaves where they belong. The lid stays on when you pour the last cup."),
  product("jug", "Jug", 5400, "1 litre, stoneware",
    "For water, milk or a handful of flowers. Goes into the oven and into the dishwasher."),
  product("bowls", "Bowls", 3600, "Set of two, stoneware",
    "Deep enough for soup, wide enough for pasta. They stack, and they are glazed inside and out."),
  product("cloth", "Tea cloth", 2200, "Linen, 50 by 70 cm",
    "Woven from washed linen, so it dries from the first day. Has a loop to hang it by."),
  product("mug", "Mug", 1800, "0.3 litres, stoneware",
    "Holds a large coffee. The handle has room for a whole hand."),
];

export const findProduct = (id) => PRODUCTS.find((one) => one.id === id);
