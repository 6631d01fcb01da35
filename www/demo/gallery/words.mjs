//! What an owner would have written in each language: the offer, a coupon's terms, what members say.
//! Invariant: the widget's own words are not here; it brings them.
//! Called by the scenes and by the gallery's page.

export const LANGUAGES = {
  en: "English", de: "Deutsch", fr: "Français", es: "Español", pt: "Português", ja: "日本語", ar: "العربية", hi: "हिन्दी",
};

export const directionOf = (language) => (language === "ar" ? "rtl" : "ltr");

const written = (headline, friend, referrer, terms, disclosure, item, said) =>
  ({ offer: { headline, friend, referrer, terms, disclosure }, item, said });

export const WORDS = {
  en: written("Give $20, get $20", "$20 of credit on your first order from $50", "$20 of credit when a friend buys",
    "For a friend's first order of $50 or more. Both credits are pending for 30 days. Your own orders don't count.",
    "I may earn a reward if you buy.", "$20 off your first order from $50",
    ["My sister has the teapot now, and I have a new mug.", "Three friends, three kettles. They keep writing to thank me."]),
  de: written("20 $ schenken, 20 $ bekommen", "20 $ Guthaben auf die erste Bestellung ab 50 $", "20 $ Guthaben, wenn jemand durch Sie kauft",
    "Für die erste Bestellung ab 50 $. Beide Guthaben werden nach 30 Tagen frei. Eigene Bestellungen zählen nicht.",
    "Wenn Sie kaufen, bekomme ich vielleicht eine Prämie.", "20 $ Nachlass auf die erste Bestellung ab 50 $",
    ["Meine Schwester hat jetzt die Teekanne, und ich habe einen neuen Becher.", "Drei Freunde, drei Kessel. Sie bedanken sich bis heute."]),
  fr: written("Offrez 20 $, recevez 20 $", "20 $ de crédit sur la première commande dès 50 $", "20 $ de crédit quand un proche achète",
    "Pour la première commande d’un proche, dès 50 $. Les deux crédits restent en attente 30 jours. Vos propres commandes ne comptent pas.",
    "Je peux recevoir une récompense si vous achetez.", "20 $ de remise sur la première commande dès 50 $",
    ["Ma sœur a la théière, et moi une nouvelle tasse.", "Trois amis, trois bouilloires. Ils me remercient encore."]),
  es: written("Regala 20 $, recibe 20 $", "20 $ de crédito en tu primer pedido desde 50 $", "20 $ de crédito cuando alguien compra",
    "Para el primer pedido de 50 $ o más. Ambos créditos quedan pendientes 30 días. Tus propios pedidos no cuentan.",
    "Puedo recibir una recompensa si compras.", "20 $ de descuento en tu primer pedido desde 50 $",
    ["Mi hermana tiene la tetera y yo una taza nueva.", "Tres amigos, tres hervidores. Todavía me dan las gracias."]),
  pt: written("Ofereça 20 $, receba 20 $", "20 $ de crédito no primeiro pedido a partir de 50 $", "20 $ de crédito quando alguém compra",
    "Para o primeiro pedido de 50 $ ou mais. Os dois créditos ficam pendentes por 30 dias. Os seus próprios pedidos não contam.",
    "Posso receber uma recompensa se você comprar.", "20 $ de desconto no primeiro pedido a partir de 50 $",
    ["A minha irmã ficou com o bule, e eu com uma caneca nova.", "Três amigos, três chaleiras. Ainda me agradecem."]),
  ja: written("20ドル贈って、20ドルもらう", "50ドル以上の初回注文で20ドル分のクレジット", "お友だちの購入で20ドル分のクレジット",
    "お友だちの50ドル以上の初回注文が対象です。クレジットは30日後に確定します。ご自身の注文は対象外です。",
    "購入されると、私に特典が付くことがあります。", "50ドル以上の初回注文から20ドル引き",
    ["妹にはティーポット、私には新しいマグカップ。", "友だち3人にやかんが3つ。今でもお礼を言われます。"]),
  ar: written("أهدِ 20 دولارًا واحصل على 20 دولارًا", "رصيد 20 دولارًا على أول طلب بقيمة 50 دولارًا أو أكثر", "رصيد 20 دولارًا عندما يشتري صديق",
    "لأول طلب من صديق بقيمة 50 دولارًا أو أكثر. يبقى الرصيدان معلّقين 30 يومًا. طلباتك أنت لا تُحتسب.",
    "قد أحصل على مكافأة إذا اشتريت.", "خصم 20 دولارًا على أول طلب بقيمة 50 دولارًا أو أكثر",
    ["إبريق الشاي عند أختي الآن، وعندي كوب جديد.", "ثلاثة أصدقاء وثلاث غلايات، وما زالوا يشكرونني."]),
  hi: written("$20 दें, $20 पाएँ", "$50 या अधिक के पहले ऑर्डर पर $20 का क्रेडिट", "दोस्त के ख़रीदने पर $20 का क्रेडिट",
    "दोस्त के $50 या अधिक के पहले ऑर्डर के लिए। दोनों क्रेडिट 30 दिन तक लंबित रहते हैं। आपके अपने ऑर्डर नहीं गिने जाते।",
    "अगर आप ख़रीदते हैं तो मुझे इनाम मिल सकता है।", "$50 या अधिक के पहले ऑर्डर पर $20 की छूट",
    ["चायदानी अब मेरी बहन के पास है, और मेरे पास नया मग।", "तीन दोस्त, तीन केतलियाँ। वे आज भी धन्यवाद कहते हैं।"]),
};
