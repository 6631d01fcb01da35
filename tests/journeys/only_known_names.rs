//! A guess creates nothing: no object is made for a name that the directory doesn't know.

use honeyguide_tests::World;

#[test]
fn guesses_of_programs_and_codes_create_no_object() {
    let world = World::start();
    world.client.follow("nobody", &[]).expect(302);
    world.client.get("/v1/stats/clicks").expect(200);
    let before = world.stored_objects();
    let mut stranger = world.client.clone();
    for n in 0..50 {
        stranger.key = format!("hg_sk_guess{n}_secret");
        assert_eq!(stranger.get("/v1/rewards").status, 401);
        world.client.follow(&format!("guess-{n}"), &[]).expect(302);
        assert_eq!(stranger.get(&format!("/r/-/v1/offer?k=hg_pk_guess{n}")).status, 401);
    }
    assert_eq!(world.stored_objects(), before);
}
