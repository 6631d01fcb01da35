//! The book: balanced, chained, and any change shows.

use super::*;
use crate::id::Minter;
use proptest::prelude::*;

fn minter(n: u8) -> Minter {
    Minter::new(Timestamp::from_millis(1_763_640_000_000 + i64::from(n)), [n; 8])
}

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::parse("USD").unwrap()).unwrap()
}

fn book(amounts: &[i64]) -> (Vec<Posting>, String) {
    let mut chain = Chain::default();
    let mut postings = Vec::new();
    for (n, amount) in (0u8..).zip(amounts) {
        let at = Timestamp::from_millis(1_763_640_000_000 + i64::from(n));
        let pending = Account::Pending(format!("prt_{n}"));
        let entry =
            Entry::transfer(EntryId::mint(&mut minter(n)), at, "earned", Account::Expense, pending, usd(*amount));
        postings.extend(chain.append(&entry).unwrap());
    }
    (postings, chain.head)
}

fn verify(postings: &[Posting], head: &str) -> Verification {
    let mut verifier = Verifier::default();
    for posting in postings {
        verifier.read(posting);
    }
    verifier.end(head);
    verifier.finish()
}

#[test]
fn a_posting_is_pinned_byte_for_byte() {
    let (postings, _) = book(&[2_000]);
    let text = serde_json::to_string(&postings[0]).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"seq":1,"entry":"ent_06da28lu000000000000000000","at":"2025-11-20T12:00:00.000Z","account":"expense","#,
            r#""value":{"amount":-2000,"currency":"USD"},"reward":null,"cause":"earned","#,
            r#""previous_hash":"0000000000000000000000000000000000000000000000000000000000000000","hash":"HASH"}"#
        )
        .replace("HASH", &postings[0].hash)
    );
    // SHA-256 of the canonical text, computed by another program (Python's hashlib).
    assert_eq!(postings[0].hash, "f8acd987ce8bc6a5a5c16d8311feb05eccb29df1c71c90a5db7fa4b9d24c0136");
}

#[test]
fn an_entry_that_does_not_balance_or_moves_nothing_is_refused_whole() {
    let mut chain = Chain::default();
    let mut entry = Entry::transfer(
        EntryId::mint(&mut minter(1)),
        Timestamp::default(),
        "x",
        Account::Expense,
        Account::WriteOff,
        usd(5),
    );
    entry.lines.push((Account::Expense, usd(1)));
    assert!(matches!(chain.append(&entry), Err(LedgerError::Unbalanced(..))));
    entry.lines.clear();
    assert!(matches!(chain.append(&entry), Err(LedgerError::Empty(_))));
    assert_eq!(chain, Chain::default());
}

#[test]
fn an_empty_book_is_valid() {
    assert_eq!(
        verify(&[], GENESIS),
        Verification {
            valid: true,
            postings: 0,
            head: GENESIS.to_owned(),
            sums: BTreeMap::new(),
            broken: None,
            wrong_balance: None
        }
    );
}

proptest! {
    #[test]
    fn a_book_as_it_was_written_is_valid_and_sums_to_zero(amounts in prop::collection::vec(1i64..1_000_000, 1..20)) {
        let (postings, head) = book(&amounts);
        let verification = verify(&postings, &head);
        prop_assert!(verification.valid);
        prop_assert_eq!(verification.sums.get("USD"), Some(&0));
        prop_assert_eq!(verification.postings, 2 * i64::try_from(amounts.len()).unwrap());
    }

    #[test]
    fn any_change_shows_and_says_where(amounts in prop::collection::vec(1i64..1_000_000, 1..20), at in any::<prop::sample::Index>(), what in 0..6) {
        let (mut postings, head) = book(&amounts);
        let at = at.index(postings.len());
        let seq = postings[at].seq;
        match what {
            0 => postings[at].value = usd(postings[at].value.amount() + 1),
            1 => postings[at].account.push('x'),
            2 => postings[at].cause.push('x'),
            3 => postings[at].at = postings[at].at.after(crate::time::Span::millis(1)),
            4 => { postings.remove(at); }
            _ => { postings.truncate(at); }
        }
        let verification = verify(&postings, &head);
        prop_assert!(!verification.valid);
        let broken = verification.broken.unwrap();
        // A posting that is gone shows at its neighbour: the next one, or the half entry before the cut.
        let gone = what >= 4 && (broken.seq - seq).abs() <= 1;
        prop_assert!(broken.seq == seq || gone, "{:?} at {}", broken, seq);
    }
}

proptest! {
    #[test]
    fn the_canonical_form_is_the_librarys(
        seq in 1i64..1_000_000, millis in 0i64..4_000_000_000_000, account in "\\PC{0,20}|[\\x00-\\x7f]{0,9}",
        cause in any::<String>(), amount in -LARGEST..=LARGEST, rewarded in any::<bool>(), before in "[0-9a-f]{64}",
    ) {
        let posting = Posting {
            seq,
            entry: EntryId::mint(&mut minter(1)),
            at: Timestamp::from_millis(millis),
            account,
            value: usd(amount),
            reward: rewarded.then(|| RewardId::mint(&mut minter(2))),
            cause,
            previous_hash: before,
            hash: "hash".to_owned(),
        };
        let mut value = serde_json::to_value(&posting).unwrap();
        value.as_object_mut().unwrap().remove("hash");
        prop_assert_eq!(posting.canonical().unwrap(), serde_json_canonicalizer::to_vec(&value).unwrap());
    }

    #[test]
    fn a_verifier_that_is_put_down_anywhere_goes_on(amounts in prop::collection::vec(1i64..1_000_000, 1..9), at in any::<prop::sample::Index>()) {
        let (postings, head) = book(&amounts);
        let mut verifier = Verifier::default();
        for (number, posting) in postings.iter().enumerate() {
            if number == at.index(postings.len()) {
                verifier = serde_json::from_str(&serde_json::to_string(&verifier).unwrap()).unwrap();
            }
            verifier.read(posting);
        }
        verifier.end(&head);
        prop_assert_eq!(verifier.finish(), verify(&postings, &head));
    }
}

#[test]
fn a_posting_that_cannot_be_read_and_a_balance_that_is_wrong_are_told() {
    let (postings, head) = book(&[5, 6]);
    let mut verifier = Verifier::default();
    verifier.read(&postings[0]);
    verifier.unreadable(2);
    verifier.read(&postings[2]);
    verifier.read(&postings[3]);
    verifier.end(&head);
    assert_eq!(verifier.finish().broken.unwrap(), Broken { seq: 2, why: "it can't be read".into() });

    let mut verifier = Verifier::default();
    verifier.balance("paid:prt_1", "USD", 5, 5);
    verifier.balance("paid:prt_1", "USD", 5, 4);
    let wrong = verifier.finish();
    assert!(!wrong.valid);
    assert_eq!(wrong.wrong_balance.unwrap().computed, 4);
}
