<?php
// Of a theme: the widget's script on every page, with the program's key.
add_action('wp_enqueue_scripts', function () {
    wp_enqueue_script('honeyguide', '/r/-/widget.js', [], null, ['strategy' => 'async']);
});
add_filter('script_loader_tag', function ($tag, $handle) {
    return $handle === 'honeyguide' ? str_replace(' src=', ' data-program="hg_pk_acme" src=', $tag) : $tag;
}, 10, 2);

// [honeyguide_share] in a page or post: the visitor's own link.
add_shortcode('honeyguide_share', function () {
    $user = wp_get_current_user();
    $identity = $user->exists() ? ' identity="' . esc_attr(honeyguide_identity($user)) . '"' : '';
    return "<honeyguide-share$identity><a href=\"/refer\">Refer a friend</a></honeyguide-share>";
});

// The JWT that says who is signed in; define('HONEYGUIDE_IDENTITY_SECRET', …) is in wp-config.php.
function honeyguide_identity($user) {
    $part = fn($bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    $claims = ['sub' => (string) $user->ID, 'email' => $user->user_email, 'name' => $user->display_name, 'exp' => time() + 3600];
    $signed = $part(json_encode(['alg' => 'HS256', 'typ' => 'JWT'])) . '.' . $part(json_encode($claims));
    return $signed . '.' . $part(hash_hmac('sha256', $signed, HONEYGUIDE_IDENTITY_SECRET, true));
}
