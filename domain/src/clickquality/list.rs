//! The public list of bots, isbot 5.2.3, as parts to be matched; amended as xtask/src/bots/amended.rs says.
//!
//! Made by `cargo run -p xtask -- bots` from `isbot.txt`, which names its source and licence. Not to be edited.

use super::pattern::{Part, Pattern, Set};

const SET_0: &Set = &Set { ascii: 0x0000_0000_0000_0000_0000_0001_0000_3e00, others: false };
const SET_1: &Set = &Set { ascii: 0x0000_0000_0000_0000_0000_8001_0000_0000, others: false };
const SET_2: &Set = &Set { ascii: 0x0000_0000_0000_0000_0000_8001_0000_3e00, others: false };
const SET_3: &Set = &Set { ascii: 0x0000_0000_0000_0000_03ff_0000_0000_0000, others: false };
const SET_4: &Set = &Set { ascii: 0x0000_0000_0000_0000_03ff_4000_0000_0000, others: false };
const SET_5: &Set = &Set { ascii: 0x0000_0000_0000_0000_1800_0100_0000_0000, others: false };
const SET_6: &Set = &Set { ascii: 0x0000_0000_8000_0000_0000_2000_0000_0000, others: false };
const SET_7: &Set = &Set { ascii: 0x0008_0000_0000_0000_0000_0000_0000_0000, others: false };
const SET_8: &Set = &Set { ascii: 0x0040_0000_0000_0000_0000_0000_0000_0000, others: false };
const SET_9: &Set = &Set { ascii: 0x07ff_fffe_0000_0000_0000_0000_0000_0000, others: false };
const SET_10: &Set = &Set { ascii: 0x07ff_fffe_8000_0000_03ff_0000_0000_0000, others: false };
const SET_11: &Set = &Set { ascii: 0x07ff_fffe_8000_0000_03ff_0300_0000_0000, others: false };
const SET_12: &Set = &Set { ascii: 0x07ff_fffe_8000_0000_03ff_2000_0000_0000, others: false };
const SET_13: &Set = &Set { ascii: 0x07ff_fffe_8000_0000_03ff_6000_0000_0000, others: false };
const SET_14: &Set = &Set { ascii: 0x07ff_fffe_8000_0000_87ff_6321_0000_0000, others: false };
const SET_15: &Set = &Set { ascii: 0x07ff_fffe_8000_0001_03ff_0000_0000_0000, others: false };
const SET_16: &Set = &Set { ascii: 0xffff_ffff_ffff_ffff_ffff_fffe_ffff_ffff, others: true };

pub(super) const AT_THE_START: &[Pattern] = &[
    &[Part::Some(SET_5, 1, 1)], // ^[<\(;]
    &[Part::Some(SET_14, 1, 65535), Part::OneOf(&[&[Part::Text("/"), Part::Some(SET_8, 0, 1), Part::Some(SET_3, 1, 1), Part::Some(SET_4, 0, 65535)], &[]]), Part::OneOf(&[&[Part::Text(",")], &[Part::End]])], // ^[\w \.\-\(?:\):%]+(?:/v?\d[\d.]*)?(?:,|$)
    &[Part::Some(SET_12, 1, 65535), Part::Text("/"), Part::Some(SET_10, 1, 65535), Part::End], // ^[\w\-]+/[\w]+$
    &[Part::Some(SET_16, 50, 65535), Part::End], // ^[^ ]{50,}$
    &[Part::Some(SET_3, 1, 65535), Part::Edge], // ^\d+\b
    &[Part::Some(SET_10, 0, 65535), Part::Text("search"), Part::Edge], // ^\w*search\b
    &[Part::Some(SET_10, 1, 65535), Part::Text("/"), Part::Some(SET_11, 0, 65535), Part::End], // ^\w+/[\w\(\)]*$
    &[Part::Some(SET_10, 1, 65535), Part::Text("/"), Part::Some(SET_3, 1, 1), Part::Text("."), Part::Some(SET_3, 1, 1), Part::Some(SET_0, 1, 1), Part::Text("("), Part::Some(SET_15, 1, 65535), Part::Text(")"), Part::End], // ^\w+/\d\.\d\s\([\w@]+\)$
    &[Part::Text("active")], // ^active
    &[Part::Text("ad muncher")], // ^ad muncher
    &[Part::Text("amaya")], // ^amaya
    &[Part::Text("apache/")], // ^apache/
    &[Part::Text("avsdevicesdk/")], // ^avsdevicesdk/
    &[Part::Text("azure")], // ^azure
    &[Part::Text("biglotron")], // ^biglotron
    &[Part::Text("blackbox exporter")], // ^blackbox exporter
    &[Part::Text("bot")], // ^bot
    &[Part::Text("clamav"), Part::Some(SET_1, 1, 1)], // ^clamav[ /]
    &[Part::Text("claude-code/")], // ^claude-code/
    &[Part::Text("client/")], // ^client/
    &[Part::Text("cobweb/")], // ^cobweb/
    &[Part::Text("custom")], // ^custom
    &[Part::Text("ddg"), Part::Some(SET_6, 1, 1), Part::Text("android")], // ^ddg[_-]android
    &[Part::Text("discourse")], // ^discourse
    &[Part::Text("dispatch/"), Part::Some(SET_3, 1, 1)], // ^dispatch/\d
    &[Part::Text("downcast/")], // ^downcast/
    &[Part::Text("duckduckgo")], // ^duckduckgo
    &[Part::Text("email")], // ^email
    &[Part::Text("exodusmovement")], // ^exodusmovement
    &[Part::Text("facebook")], // ^facebook
    &[Part::Text("getright/")], // ^getright/
    &[Part::Text("gozilla/")], // ^gozilla/
    &[Part::Text("hobbit")], // ^hobbit
    &[Part::Text("hotzonu")], // ^hotzonu
    &[Part::Text("hwcdn/")], // ^hwcdn/
    &[Part::Text("igetter/")], // ^igetter/
    &[Part::Text("jeode/")], // ^jeode/
    &[Part::Text("jetty/")], // ^jetty/
    &[Part::Text("jigsaw")], // ^jigsaw
    &[Part::Text("microsoft bits")], // ^microsoft bits
    &[Part::Text("movabletype")], // ^movabletype
    &[Part::Text("mozilla/"), Part::Some(SET_3, 1, 1), Part::Text("."), Part::Some(SET_3, 1, 1), Part::Some(SET_0, 1, 1), Part::Some(SET_13, 1, 65535), Part::End], // ^mozilla/\d\.\d\s[\w\.-]+$
    &[Part::Text("mozilla/"), Part::Some(SET_3, 1, 1), Part::Text("."), Part::Some(SET_3, 1, 1), Part::Some(SET_0, 1, 1), Part::Text("("), Part::OneOf(&[&[Part::Text("compatible;")], &[]]), Part::OneOf(&[&[Part::Some(SET_0, 0, 1), Part::Some(SET_13, 1, 65535), Part::Some(SET_2, 1, 1), Part::Some(SET_3, 1, 65535), Part::Text("."), Part::Some(SET_3, 1, 65535)], &[]]), Part::Text(")"), Part::End], // ^mozilla/\d\.\d\s\((?:compatible;)?(?:\s?[\w\d-.]+[\s/]\d+\.\d+)?\)$
    &[Part::Text("navermailapp")], // ^navermailapp
    &[Part::Text("netsurf")], // ^netsurf
    &[Part::Text("offline")], // ^offline
    &[Part::Text("openai/")], // ^openai/
    &[Part::Text("owler")], // ^owler
    &[Part::Text("php")], // ^php
    &[Part::Text("postman")], // ^postman
    &[Part::Text("ps_daily/")], // ^ps_daily/
    &[Part::Text("python")], // ^python
    &[Part::Text("rank")], // ^rank
    &[Part::Text("read")], // ^read
    &[Part::Text("reed")], // ^reed
    &[Part::Text("remove.bg/")], // ^remove\.bg/
    &[Part::Text("rest")], // ^rest
    &[Part::Text("rss")], // ^rss
    &[Part::Text("snapchat")], // ^snapchat
    &[Part::Text("sora ")], // ^sora 
    &[Part::Text("space bison")], // ^space bison
    &[Part::Text("stape/")], // ^stape/
    &[Part::Text("svn")], // ^svn
    &[Part::Text("swcd ")], // ^swcd 
    &[Part::Text("taringa")], // ^taringa
    &[Part::Text("thumbor/")], // ^thumbor/
    &[Part::Text("track")], // ^track
    &[Part::Text("w3c")], // ^w3c
    &[Part::Text("webbandit/")], // ^webbandit/
    &[Part::Text("webcopier")], // ^webcopier
    &[Part::Text("wget")], // ^wget
    &[Part::Text("whatsapp")], // ^whatsapp
    &[Part::Text("wordpress")], // ^wordpress
    &[Part::Text("xenu link sleuth")], // ^xenu link sleuth
    &[Part::Text("yahoo")], // ^yahoo
    &[Part::Text("yandex")], // ^yandex
    &[Part::Text("zdm/"), Part::Some(SET_3, 1, 1)], // ^zdm/\d
    &[Part::Text("zoom marketplace/")], // ^zoom marketplace/
];

pub(super) const ANYWHERE: &[Pattern] = &[
    &[Part::Some(SET_10, 1, 1), Part::Text("/1.0;")], // \w/1\.0;
];

const FROM_20: &[Pattern] = &[
    &[Part::Text(" daum"), Part::Some(SET_1, 1, 1)], //  daum[ /]
    &[Part::Text(" deusu/")], //  deusu/
];

const FROM_28: &[Pattern] = &[
    &[Part::Text("()")], // \(\)
];

const FROM_2E: &[Pattern] = &[
    &[Part::Text(".com"), Part::Edge], // \.com\b
];

const FROM_32: &[Pattern] = &[
    &[Part::Text("24x7")], // 24x7
];

const FROM_3B: &[Pattern] = &[
    &[Part::Text(";"), Part::Some(SET_0, 1, 1), Part::Some(SET_10, 1, 65535), Part::Text(";"), Part::End], // ;\s\w+;$
];

const FROM_40: &[Pattern] = &[
    &[Part::Text("@"), Part::Some(SET_9, 1, 1), Part::Some(SET_12, 1, 65535), Part::Text(".")], // @[a-z][\w-]+\.
];

const FROM_61: &[Pattern] = &[
    &[Part::Text("abuse")], // abuse
    &[Part::Text("advisor")], // advisor
    &[Part::Text("agent"), Part::Edge], // agent\b
    &[Part::Text("analyzer")], // analyzer
    &[Part::Text("archive")], // archive
    &[Part::Text("ask jeeves/teoma")], // ask jeeves/teoma
    &[Part::Text("attracta")], // attracta
    &[Part::Text("audit")], // audit
];

const FROM_62: &[Pattern] = &[
    &[Part::NotAfter(&[" cu", "; b ", "; m "]), Part::Text("bot"), Part::Some(SET_7, 0, 1), Part::OneOf(&[&[Part::Edge], &[Part::Text("_")]])], // (?<! cu|; b |; m )bots?(?:\b|_)
    &[Part::Edge, Part::Text("bw/")], // \bbw/
    &[Part::Text("bluecoat drtr")], // bluecoat drtr
    &[Part::Text("browsex")], // browsex
    &[Part::Text("burpcollaborator")], // burpcollaborator
];

const FROM_63: &[Pattern] = &[
    &[Part::Text("capture")], // capture
    &[Part::Text("catch")], // catch
    &[Part::Text("check"), Part::Edge], // check\b
    &[Part::Text("checker")], // checker
    &[Part::Text("chrome-lighthouse")], // chrome-lighthouse
    &[Part::Text("classifier")], // classifier
    &[Part::Text("cloudflare")], // cloudflare
    &[Part::Text("collapsify"), Part::Edge], // collapsify\b
    &[Part::Text("convertify")], // convertify
    &[Part::Text("cookiehubverify/")], // cookiehubverify/
    &[Part::Text("crawl")], // crawl
    &[Part::Text("cursor/")], // cursor/
    &[Part::Text("cypress/")], // cypress/
];

const FROM_64: &[Pattern] = &[
    &[Part::Edge, Part::Text("dlc"), Part::Edge], // \bdlc\b
    &[Part::Text("dareboost")], // dareboost
    &[Part::Text("datanyze")], // datanyze
    &[Part::Text("dejaclick")], // dejaclick
    &[Part::Text("detect")], // detect
    &[Part::Text("discovery")], // discovery
    &[Part::Text("dmbrowser")], // dmbrowser
    &[Part::NotAfter(&["gwx:"]), Part::Text("download")], // (?<!gwx:)download
];

const FROM_65: &[Pattern] = &[
    &[Part::Text("exaleadcloudview")], // exaleadcloudview
];

const FROM_66: &[Pattern] = &[
    &[Part::Text("feed")], // feed
    &[Part::Text("firephp")], // firephp
    &[Part::Text("foregenix")], // foregenix
    &[Part::Text("functionize")], // functionize
];

const FROM_67: &[Pattern] = &[
    &[Part::NotAfter(&[" channel/", "google/"]), Part::Text("google"), Part::NotBefore(&["wv", "app", "/google", " pixel"])], // (?<! channel/|google/)google(?!(?:wv|app|/google| pixel))
    &[Part::Text("grab")], // grab
];

const FROM_68: &[Pattern] = &[
    &[Part::NotAfter(&["lib"]), Part::Text("http")], // (?<!lib)http
    &[Part::Text("hardenize"), Part::Edge], // hardenize\b
    &[Part::Text("headless"), Part::NotBefore(&["chrome"])], // headless(?!chrome)
    &[Part::Text("hotjar")], // hotjar
    &[Part::Text("httrack")], // httrack
    &[Part::Text("hubspot marketing grader")], // hubspot marketing grader
];

const FROM_69: &[Pattern] = &[
    &[Part::Text("ibisbrowser")], // ibisbrowser
    &[Part::Text("infrawatch")], // infrawatch
    &[Part::Text("insight")], // insight
    &[Part::Text("inspect")], // inspect
    &[Part::Text("iplabel")], // iplabel
];

const FROM_6A: &[Pattern] = &[
    &[Part::Text("java"), Part::NotBefore(&[";"])], // java(?!;)
];

const FROM_6C: &[Pattern] = &[
    &[Part::Text("library")], // library
    &[Part::Text("linkcheck")], // linkcheck
    &[Part::Text("linktiger")], // linktiger
];

const FROM_6D: &[Pattern] = &[
    &[Part::Text("mail.ru/")], // mail\.ru/
    &[Part::Text("manus-user/")], // manus-user/
    &[Part::Text("marketgoo/")], // marketgoo/
    &[Part::Text("measure")], // measure
    &[Part::Text("monitor"), Part::Edge], // monitor\b
];

const FROM_6E: &[Pattern] = &[
    &[Part::NotAfter(&["g"]), Part::Text("news"), Part::NotBefore(&["sapphire"])], // (?<!g)news(?!sapphire)
    &[Part::Text("neustar wpm")], // neustar wpm
    &[Part::Text("node"), Part::Edge], // node\b
    &[Part::Text("nutch")], // nutch
];

const FROM_6F: &[Pattern] = &[
    &[Part::Edge, Part::Text("ort/")], // \bort/
    &[Part::Text("offbyone")], // offbyone
    &[Part::Text("openvas")], // openvas
    &[Part::Text("optimize"), Part::NotBefore(&["d;", "die"])], // optimize(?!d;|die)
];

const FROM_70: &[Pattern] = &[
    &[Part::Edge, Part::Text("perl"), Part::Edge], // \bperl\b
    &[Part::Text("pageburst")], // pageburst
    &[Part::Text("pagespeed")], // pagespeed
    &[Part::Text("parser")], // parser
    &[Part::Text("phantomjs")], // phantomjs
    &[Part::Text("pingdom")], // pingdom
    &[Part::Text("playwright")], // playwright
    &[Part::Text("powermarks")], // powermarks
    &[Part::Text("preview")], // preview
    &[Part::Text("productfinder")], // productfinder
    &[Part::Text("prospectingstudio")], // prospectingstudio
    &[Part::Text("proxy")], // proxy
    &[Part::Text("ptst"), Part::Some(SET_1, 1, 1), Part::Some(SET_3, 1, 1)], // ptst[ /]\d
];

const FROM_72: &[Pattern] = &[
    &[Part::Text("radar")], // radar
    &[Part::Text("readable/")], // readable/
    &[Part::Text("retriever")], // retriever
    &[Part::Text("rexx;")], // rexx;
    &[Part::Text("rigor")], // rigor
    &[Part::Text("rss"), Part::Edge], // rss\b
];

const FROM_73: &[Pattern] = &[
    &[Part::NotAfter(&["cam"]), Part::Text("scan")], // (?<!cam)scan
    &[Part::Text("scrape")], // scrape
    &[Part::Text("securityheaders")], // securityheaders
    &[Part::Text("selenium")], // selenium
    &[Part::Text("server")], // server
    &[Part::Text("silktide")], // silktide
    &[Part::Text("sindup/")], // sindup/
    &[Part::Text("sogou")], // sogou
    &[Part::Text("sparkler/")], // sparkler/
    &[Part::Text("speedcurve")], // speedcurve
    &[Part::Text("spider")], // spider
    &[Part::Text("splash")], // splash
    &[Part::Text("statuscake")], // statuscake
    &[Part::Text("supercleaner")], // supercleaner
    &[Part::Text("synapse")], // synapse
    &[Part::Text("synthetic")], // synthetic
];

const FROM_74: &[Pattern] = &[
    &[Part::Edge, Part::Text("time/")], // \btime/
    &[Part::Text("testlocally")], // testlocally
    &[Part::Text("tools")], // tools
    &[Part::Text("torrent")], // torrent
    &[Part::Text("transcoder")], // transcoder
];

const FROM_75: &[Pattern] = &[
    &[Part::Text("url")], // url
];

const FROM_76: &[Pattern] = &[
    &[Part::Text("validator")], // validator
    &[Part::Text("virtuoso")], // virtuoso
];

const FROM_77: &[Pattern] = &[
    &[Part::Text("wappalyzer")], // wappalyzer
    &[Part::Text("watchtowr")], // watchtowr
    &[Part::Text("webglance")], // webglance
    &[Part::Text("webkit2png")], // webkit2png
    &[Part::Text("whatcms/")], // whatcms/
];

const FROM_78: &[Pattern] = &[
    &[Part::Text("xtate/")], // xtate/
];

const FROM_7C: &[Pattern] = &[
    &[Part::Text("|")], // \|
];

/// Those that begin with this byte, wherever it is.
pub(super) const fn beginning_with(byte: u8) -> &'static [Pattern] {
    match byte {
        32 => FROM_20,
        40 => FROM_28,
        46 => FROM_2E,
        50 => FROM_32,
        59 => FROM_3B,
        64 => FROM_40,
        97 => FROM_61,
        98 => FROM_62,
        99 => FROM_63,
        100 => FROM_64,
        101 => FROM_65,
        102 => FROM_66,
        103 => FROM_67,
        104 => FROM_68,
        105 => FROM_69,
        106 => FROM_6A,
        108 => FROM_6C,
        109 => FROM_6D,
        110 => FROM_6E,
        111 => FROM_6F,
        112 => FROM_70,
        114 => FROM_72,
        115 => FROM_73,
        116 => FROM_74,
        117 => FROM_75,
        118 => FROM_76,
        119 => FROM_77,
        120 => FROM_78,
        124 => FROM_7C,
        _ => &[],
    }
}
