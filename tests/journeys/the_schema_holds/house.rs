//! A program with everything in it that a request may name, and who sends the requests.

use super::chance::Chance;
use super::document::{Document, Operation};
use super::grown::{Key, Request};
use hmac::{Hmac, KeyInit, Mac};
use honeyguide_tests::{Answer, Client, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// What Stripe signs with here.
const STRIPES: &str = "whsec_0123456789abcdef";

pub(super) struct House {
    owner: Client,
    admin: Client,
    nobody: Client,
    participant: Client,
    /// A participant's identity, as a site's backend signs it.
    pub(super) identity: String,
    /// Ids by their prefix, the newest last.
    known: BTreeMap<String, Vec<String>>,
    count: u32,
}

impl House {
    pub(super) fn new(world: &World) -> Self {
        Self {
            owner: world.client.on_one_connection(),
            admin: world.admin().on_one_connection(),
            nobody: Client::new(&world.client.base, "").on_one_connection(),
            participant: world.as_participant("u-1", None).on_one_connection(),
            identity: world.identity("u-1", None),
            known: BTreeMap::new(),
            count: 0,
        }
    }

    /// With one of each: found by carrying out the document's examples.
    pub(super) fn furnished(world: &World, document: &Document) -> Self {
        let mut house = Self::new(world);
        for operation in document.in_order() {
            if let (Some(example), Some(kind)) = (operation.example(), operation.takes()) {
                let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                let path = house.path_for_example(operation);
                let answer = house.send(operation, &path, &[("content-type", kind)], Some(body.as_bytes()));
                house.learn(operation, &answer);
            }
        }
        // The key that all of this is done with stays: it isn't learnt, so nobody asks to revoke it.
        house.known.remove("key_");
        let receiver = json!({"kind": "webhook", "url": "http://127.0.0.1:9/"});
        for _ in 0..20 {
            house.made("/v1/destinations", &receiver);
            house.made("/v1/keys", &json!({}));
            house.sale();
        }
        let secrets = json!({"secrets": [STRIPES]}).to_string();
        house.owner.send("PUT", "/v1/sources/stripe", &[], Some(secrets.as_bytes())).unwrap().expect(200);
        for _ in 0..5 {
            house.vendors_event();
            house.claim();
        }
        let destination = house.made("/v1/destinations", &receiver);
        for _ in 0..5 {
            let sent = house.owner.post(&format!("/v1/destinations/{destination}/test"), &json!({})).expect(202).json;
            house.note(&sent);
        }
        house
    }

    /// The path of an operation whose example is to be carried out, with the ids of what it can be carried out on.
    pub(super) fn path_for_example(&mut self, operation: &Operation) -> String {
        let id = match operation.id.as_str() {
            "openDispute" => self.sale().0,
            "settleDispute" => {
                let (conversion, _) = self.sale();
                let path = format!("/v1/conversions/{conversion}/dispute");
                self.owner.post(&path, &json!({"reason": "an example"}));
                conversion
            }
            "fulfilReward" => {
                let (_, reward) = self.sale();
                self.owner.post(&format!("/v1/rewards/{reward}/approve"), &json!({}));
                reward
            }
            // The same as in the example that makes one.
            "changeMe" => {
                let ada = json!({"external_id": "u-1", "email": "ada@example.com", "name": "Ada", "code": "ada"});
                self.made("/v1/participants", &ada)
            }
            "confirmClaim" | "rejectClaim" => self.claim(),
            id if id.starts_with("writeOff") => self.debtor(),
            id if id.ends_with("Reward") => self.sale().1,
            id if id.ends_with("Payout") => self.made("/v1/payouts", &json!({})),
            id if id.ends_with("Destination") => {
                self.made("/v1/destinations", &json!({"kind": "webhook", "url": "http://127.0.0.1:9/"}))
            }
            _ if operation.path.contains("{id}") => {
                self.made("/v1/participants", &json!({"external_id": "example", "email": "example@example.com"}))
            }
            _ => String::new(),
        };
        operation.path.replace("{id}", &id).replace("{vendor}", "stripe")
    }

    fn made(&mut self, path: &str, body: &Value) -> String {
        let made = self.owner.post(path, body).json;
        self.note(&made);
        made["id"].as_str().unwrap_or("none").to_owned()
    }

    /// The document's program again, and Ada at work, whatever was asked before.
    pub(super) fn restore(&self, document: &Document) {
        let operation = document.in_order().find(|operation| operation.id == "changeProgram").unwrap();
        let file = operation.example().unwrap().to_string();
        self.send(operation, "/v1/program", &[], Some(file.as_bytes())).expect(200);
        let found = self.owner.get("/v1/participants?external_id=u-1").expect(200).json;
        let path = format!("/v1/participants/{}", found["data"][0]["id"].as_str().unwrap());
        self.owner.send("PATCH", &path, &[], Some(br#"{"state":"active"}"#)).unwrap().expect(200);
    }

    /// A new customer's purchase with Ada's code: the conversion and its first reward.
    fn sale(&mut self) -> (String, String) {
        self.sale_by("ada")
    }

    fn sale_by(&mut self, code: &str) -> (String, String) {
        self.count += 1;
        let order = format!("sale-{}", self.count);
        let sold = json!({
            "event": "purchase", "external_id": order, "value": {"amount": 12_000, "currency": "USD"},
            "customer": {"external_id": order}, "attribution": {"code": code},
        });
        let sold = self.owner.post("/v1/conversions", &sold).json;
        self.note(&sold);
        let id = |told: &Value| told["id"].as_str().unwrap_or("none").to_owned();
        (id(&sold), id(&sold["rewards"][0]))
    }

    /// A sale that a browser reported.
    fn claim(&mut self) -> String {
        self.count += 1;
        let order = format!("claimed-{}", self.count);
        let claim = json!({"k": "hg_pk_acme", "event": "purchase", "external_id": order});
        let address = format!("2001:db8:ffff:{:x}::1", self.count);
        let body = claim.to_string();
        self.nobody
            .send("POST", "/r/-/v1/claim", &[("x-forwarded-for", &address)], Some(body.as_bytes()))
            .unwrap()
            .expect(202);
        let claims = self.owner.get(&format!("/v1/claims?external_id={order}")).expect(200).json;
        self.note(&claims);
        claims["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// An event of Stripe's that nobody needs: kept, and to be looked at.
    fn vendors_event(&mut self) {
        self.count += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let event = json!({
            "id": format!("evt_{}", self.count), "object": "event", "type": "product.created", "livemode": true,
            "created": now, "data": {"object": {"id": "prod_1", "object": "product"}},
        });
        let body = event.to_string();
        let mac = Hmac::<sha2::Sha256>::new_from_slice(STRIPES.as_bytes()).unwrap();
        let mac = mac.chain_update(format!("{now}.{body}")).finalize();
        let signature = format!("t={now},v1={}", data_encoding::HEXLOWER.encode(&mac.into_bytes()));
        let headers = [("stripe-signature", signature.as_str()), ("content-type", "application/json")];
        let taken =
            self.nobody.send("POST", "/v1/in/stripe/acme", &headers, Some(body.as_bytes())).unwrap().expect(200);
        self.note(&taken.json);
    }

    /// A participant who was paid for a sale that is taken back.
    fn debtor(&mut self) -> String {
        self.count += 1;
        let name = format!("debtor-{}", self.count);
        let new = json!({"external_id": name, "email": "debtor@example.com", "code": name});
        let id = self.made("/v1/participants", &new);
        let reward = self.sale_by(&name).1;
        self.owner.post(&format!("/v1/rewards/{reward}/approve"), &json!({}));
        let payout = self.made("/v1/payouts", &json!({"beneficiaries": [id], "minimum": 0}));
        self.owner.post(&format!("/v1/payouts/{payout}/confirm"), &json!({}));
        self.owner.post(&format!("/v1/rewards/{reward}/reverse"), &json!({}));
        id
    }

    /// Some id with this prefix.
    pub(super) fn any(&self, prefix: &str, chance: &mut Chance) -> String {
        match self.known.get(prefix) {
            Some(ids) if !ids.is_empty() && !chance.one_in(10) => chance.pick(ids).clone(),
            _ => format!("{prefix}{}", "0".repeat(26)),
        }
    }

    /// Remembers what an answer names, so that later requests name it too.
    pub(super) fn learn(&mut self, operation: &Operation, answer: &Answer) {
        if operation.id != "listKeys" && answer.status < 300 {
            self.note(&answer.json);
        }
    }

    fn note(&mut self, told: &Value) {
        match told {
            Value::Object(fields) => fields.values().for_each(|value| self.note(value)),
            Value::Array(items) => items.iter().for_each(|item| self.note(item)),
            Value::String(text) => {
                if let Some((prefix, rest)) = text.split_once('_')
                    && prefix.len() == 3
                    && rest.len() == 26
                {
                    self.known.entry(format!("{prefix}_")).or_default().push(text.clone());
                }
            }
            _ => {}
        }
    }

    /// As the operation's own caller.
    pub(super) fn send(
        &self,
        operation: &Operation,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let client = match () {
            () if operation.is_admins() => &self.admin,
            () if operation.is_secret() => &self.owner,
            () if operation.is_participants() => &self.participant,
            () => &self.nobody,
        };
        client.send(&operation.method, path, headers, body).unwrap()
    }

    /// Sends a request that was grown. Nothing: the client itself won't send it.
    pub(super) fn ask(&mut self, operation: &Operation, request: &Request) -> Option<Answer> {
        self.count += 1;
        let client = match &request.key {
            Key::Admin => self.admin.clone(),
            Key::Owner => self.owner.clone(),
            Key::Other(key) => {
                let mut other = self.nobody.clone();
                other.key.clone_from(key);
                other
            }
        };
        // Each from an address of its own, so that limits don't hide what lies behind them.
        let address = format!("2001:db8:{:x}:{:x}::1", self.count >> 16, self.count & 0xffff);
        let mut headers = vec![("x-forwarded-for", address.as_str())];
        headers.extend(request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let answer = client.send(&operation.method, &request.path, &headers, request.body.as_deref()).ok()?;
        if operation.method == "DELETE" && answer.status < 300 {
            self.known.values_mut().for_each(|ids| ids.retain(|id| !request.path.contains(id.as_str())));
        }
        Some(answer)
    }
}
