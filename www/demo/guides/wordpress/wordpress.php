<?php
// Plays the part of WordPress, as far as the theme asks for it: hooks, scripts, shortcodes, a visitor.
define('HONEYGUIDE_IDENTITY_SECRET', getenv('IDENTITY_SECRET'));

function add_action($name, $call, $priority = 10, $arguments = 1) { $GLOBALS['hooks'][$name][] = $call; }
function add_filter($name, $call, $priority = 10, $arguments = 1) { $GLOBALS['hooks'][$name][] = $call; }
function add_shortcode($name, $call) { $GLOBALS['hooks']["[$name]"][] = $call; }
function esc_attr($text) { return htmlspecialchars($text, ENT_QUOTES); }
function wp_enqueue_script($handle, $src, $needs, $version, $how) {
    $tag = "<script {$how['strategy']} src=\"" . esc_attr($src) . "\" id=\"$handle-js\"></script>\n";
    foreach ($GLOBALS['hooks']['script_loader_tag'] as $filter) $tag = $filter($tag, $handle);
    echo $tag;
}
function wp_head() { foreach ($GLOBALS['hooks']['wp_enqueue_scripts'] as $action) $action(); }
function the_content($text) {
    echo preg_replace_callback('/\[(\w+)\]/', fn($found) => $GLOBALS['hooks'][$found[0]][0](), $text);
}
function wp_get_current_user() {
    return new class { public $ID = 7; public $user_email = 'ada@example.com'; public $display_name = 'Ada'; function exists() { return true; } };
}

require __DIR__ . '/functions.php';
?>
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>WordPress</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/guides/example.css">
<?php wp_head(); ?>
</head>
<body>
<main>
<h1>WordPress</h1>
<?php the_content("<p>Share your link:</p>\n[honeyguide_share]"); ?>

</main>
</body>
</html>
