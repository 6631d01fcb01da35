// Like Next's app/layout.jsx. There, the last line of <head> is:
// <Script src="/r/-/widget.js" data-program="hg_pk_acme" strategy="afterInteractive" />
export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Server rendering</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/guides/example.css" />
        <script async src="/r/-/widget.js" data-program="hg_pk_acme" />
      </head>
      <body>{children}</body>
    </html>
  );
}
