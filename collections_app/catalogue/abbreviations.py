"""What people call titles in short: the list that comes with the product.

Each by the MyAnimeList id of the title most people mean by it. They are added to the
catalogue for the titles that are there (services/abbreviations.py); what an editor has
said of an abbreviation stays. "Season 3" stands here where no name of the title numbers
it: the abbreviation of a series is that of its numbered seasons and films by itself.
"""

# fmt: off
ABBREVIATIONS: dict[int, tuple[str, ...]] = {
    1: ("bebop",),  # Cowboy Bebop
    21: ("op",),  # One Piece
    30: ("nge", "eva", "evangelion"),  # Shinseiki Evangelion
    32: ("eoe",),  # Shinseiki Evangelion Movie: Air/Magokoro wo, Kimi ni
    33: ("berserk 97",),  # Kenpuu Denki Berserk
    43: ("gits",),  # Koukaku Kidoutai
    45: ("kenshin", "ruroken"),  # Rurouni Kenshin: Meiji Kenkaku Romantan
    80: ("gundam",),  # Kidou Senshi Gundam
    121: ("fma",),  # Fullmetal Alchemist
    199: ("chihiro",),  # Sen to Chihiro no Kamikakushi
    205: ("champloo",),  # Samurai Champloo
    223: ("db",),  # Dragon Ball
    225: ("dbgt",),  # Dragon Ball GT
    227: ("flcl",),  # FLCL
    235: ("conan",),  # Meitantei Conan
    237: ("e7",),  # Koukyoushihen Eureka Seven
    245: ("gto",),  # Great Teacher Onizuka
    263: ("ippo",),  # Hajime no Ippo
    339: ("lain",),  # Serial Experiments Lain
    356: ("fsn", "fate"),  # Fate/stay night
    392: ("yyh", "yu yu"),  # Yuu☆Yuu☆Hakusho
    467: ("gits sac", "sac"),  # Koukaku Kidoutai: Stand Alone Complex
    481: ("ygo",),  # Yu☆Gi☆Oh! Duel Monsters
    530: ("bssm",),  # Bishoujo Senshi Sailor Moon
    813: ("dbz",),  # Dragon Ball Z
    820: ("logh", "gineiden"),  # Ginga Eiyuu Densetsu
    849: ("haruhi", "tmohs", "suzumiya haruhi"),  # Suzumiya Haruhi no Yuuutsu
    853: ("ohshc", "ouran"),  # Ouran Koukou Host Club
    934: ("higurashi",),  # Higurashi no Naku Koro ni
    1210: ("nhk",),  # NHK ni Youkoso!
    1482: ("dgm",),  # D.Gray-man
    1535: ("dn",),  # Death Note
    1575: ("cg", "code geass"),  # Code Geass: Hangyaku no Lelouch
    1735: ("shippuden",),  # Naruto: Shippuuden
    2001: ("ttgl",),  # Tengen Toppa Gurren Lagann
    2025: ("dtb",),  # Darker than Black: Kuro no Keiyakusha
    2236: ("toki kake", "tokikake"),  # Toki wo Kakeru Shoujo
    2904: ("cgr2",),  # Code Geass: Hangyaku no Lelouch R2
    2966: ("okami to koshinryo",),  # Ookami to Koushinryou
    3455: ("tlr",),  # To LOVE-Ru
    3786: ("eva 3.0+1.0",),  # Shin Evangelion Movie:||
    4382: ("haruhi season 2",),  # Suzumiya Haruhi no Yuuutsu (2009)
    5081: ("monogatari", "monogatari series"),  # Bakemonogatari
    5114: ("fmab", "fma brotherhood", "brotherhood", "hagaren"),
    5680: ("keion",),  # K-On!
    6746: ("drrr",),  # Durarara!!
    7311: ("haruhi movie",),  # Suzumiya Haruhi no Shoushitsu
    7785: ("yojouhan",),  # Yojouhan Shinwa Taikei
    7791: ("k on season 2",),  # K-On!!
    8074: ("hotd",),  # Highschool of the Dead
    8769: ("oreimo",),  # Ore no Imouto ga Konnani Kawaii Wake ga Nai
    9756: ("pmmm", "madoka", "madoka magica"),  # Mahou Shoujo Madoka★Magica
    9989: ("anohana", "ano hana", "あの花"),
    10087: ("f z", "fz"),  # Fate/Zero
    10620: ("mirai nikki",),  # Mirai Nikki (TV)
    11061: ("hxh",),  # Hunter x Hunter (2011)
    11757: ("sao",),  # Sword Art Online
    11771: ("knb", "kurobasu"),  # Kuroko no Basket
    13125: ("ssy",),  # Shinsekai yori
    13759: ("sakurasou",),  # Sakura-sou no Pet na Kanojo
    14719: ("jjba", "jojo", "jojo part 2", "jojos"),
    14741: ("chuunibyou", "chu2koi", "chu2"),  # Chuunibyou demo Koi ga Shitai!
    14813: ("oregairu", "snafu", "俺ガイル"),
    15051: ("llsip",),  # Love Live! School Idol Project
    15451: ("dxd season 2", "high school dxd season 2"),  # High School DxD New
    15809: ("hataraku maou",),  # Hataraku Maou-sama!
    16498: ("aot", "snk", "進撃"),  # Shingeki no Kyojin
    18679: ("klk",),  # Kill la Kill
    19815: ("ngnl", "ノゲノラ"),  # No Game No Life
    20583: ("hq", "haikyu", "haikyuu"),  # Haikyuu!!
    20899: ("sdc",),  # JoJo no Kimyou na Bouken Part 3: Stardust Crusaders
    22199: ("akame", "agk"),  # Akame ga Kill!
    22297: ("ubw", "fsn ubw"),  # Fate/stay night: Unlimited Blade Works
    22535: ("kiseijuu",),  # Kiseijuu: Sei no Kakuritsu
    23273: ("ylia", "kimiuso", "shigatsu", "君嘘"),  # Shigatsu wa Kimi no Uso
    23755: ("nnt", "sds"),  # Nanatsu no Taizai
    23847: ("oregairu season 2",),
    24833: ("assclass", "ansatsu"),  # Ansatsu Kyoushitsu
    27775: ("plame",),  # Plastic Memories
    27899: ("tokyo ghoul season 2",),  # Tokyo Ghoul √A
    28121: ("danmachi", "ダンまち"),
    28171: ("souma", "shokugeki", "food wars"),  # Shokugeki no Souma
    30276: ("opm", "wanpanman", "ワンパン"),  # One Punch Man
    30484: ("steins gate zero", "sg0"),  # Steins;Gate 0
    30503: ("noragami season 2",),  # Noragami Aragoto
    30694: ("dbs",),  # Dragon Ball Super
    30831: ("konosuba", "このすば"),  # Kono Subarashii Sekai ni Shukufuku wo!
    31043: ("bokumachi", "boku machi", "僕街"),  # Boku dake ga Inai Machi
    31240: ("re zero", "rezero", "リゼロ"),  # Re:Zero kara Hajimeru Isekai Seikatsu
    31478: ("bsd", "文スト"),  # Bungou Stray Dogs
    31933: ("diu",),  # JoJo no Kimyou na Bouken Part 4: Diamond wa Kudakenai
    31964: ("mha", "bnha", "hiroaka", "ヒロアカ"),  # Boku no Hero Academia
    32182: ("mp100", "mp 100"),  # Mob Psycho 100
    32281: ("kiminonawa",),  # Kimi no Na wa.
    32282: ("food wars season 2", "shokugeki no souma season 2"),
    32935: ("haikyuu season 3", "haikyu season 3"),
    32995: ("yoi",),  # Yuri!!! on Ice
    33352: ("vev", "veg", "violet"),  # Violet Evergarden
    33506: ("blue exorcist season 2", "ao no exorcist season 2"),
    34572: ("ブラクロ",),  # Black Clover
    34798: ("yuru camp", "yurucamp", "ゆるキャン"),  # Yuru Camp△
    35062: ("mahoyome",),  # Mahoutsukai no Yome
    35507: ("cote", "youzitsu", "よう実"),
    35788: ("food wars season 3",),  # Shokugeki no Souma: San no Sara
    35790: ("tate no yuusha", "tsh"),  # Tate no Yuusha no Nariagari
    35849: ("ditf", "darlifra", "franxx", "ダリフラ"),  # Darling in the FranXX
    36474: ("sao season 3", "sao alicization"),  # Sword Art Online: Alicization
    36511: ("tokyo ghoul season 3",),  # Tokyo Ghoul:re
    37430: ("tensura", "slime", "ttigraas", "転スラ"),  # Tensei shitara Slime Datta Ken
    37450: ("aobuta", "bunny girl", "bunny girl senpai", "青ブタ"),
    37779: ("tpn", "ynn", "約ネバ"),  # Yakusoku no Neverland
    37991: ("vento aureo",),  # JoJo no Kimyou na Bouken Part 5: Ougon no Kaze
    37999: ("kaguya",),  # Kaguya-sama wa Kokurasetai: Tensai-tachi no Renai Zunousen
    38000: ("kny", "鬼滅", "demon slayer"),  # Kimetsu no Yaiba
    38691: ("ドクスト",),  # Dr. Stone
    39535: ("mushoku", "無職"),  # Mushoku Tensei: Isekai Ittara Honki Dasu
    39547: ("oregairu season 3",),
    39597: ("sao season 3 part 2", "sao war of underworld"),
    39940: ("food wars season 4", "shokugeki no souma season 4"),
    40028: ("aot season 4", "attack on titan season 4", "snk season 4"),
    40221: ("tog",),  # Kami no Tou
    40456: ("mugen ressha", "kny movie"),  # Kimetsu no Yaiba Movie: Mugen Ressha-hen
    40748: ("jjk", "呪術"),  # Jujutsu Kaisen
    40776: ("haikyuu season 4 part 2",),  # Haikyuu!! To the Top Part 2
    40834: ("rok",),  # Ousama Ranking
    40839: ("kanokari", "かのかり"),  # Kanojo, Okarishimasu
    40852: ("dr stone season 2",),  # Dr. Stone: Stone Wars
    41353: ("goh",),  # The God of High School
    41467: ("tybw", "bleach tybw"),  # Bleach: Sennen Kessen-hen
    42361: ("nagatoro", "ijiranaide"),  # Ijiranaide, Nagatoro-san
    42938: ("fruits basket season 3", "furuba season 3"),  # Fruits Basket: The Final
    43608: ("kaguya sama season 3", "kaguya season 3"),
    44511: ("csm", "チェンソー", "chainsaw"),  # Chainsaw Man
    47778: ("kny season 2", "demon slayer season 2", "kimetsu no yaiba season 2"),
    47917: ("ぼざろ", "btr", "bocchi"),  # Bocchi the Rock!
    48549: ("dr stone season 3",),  # Dr. Stone: New World
    48561: ("jjk 0", "jjk0"),  # Jujutsu Kaisen 0 Movie
    50265: ("spyfam", "sxf", "スパイファミリー"),  # Spy x Family
    50346: ("yofukashi",),  # Yofukashi no Uta
    51019: ("kny season 3", "demon slayer season 3", "kimetsu no yaiba season 3"),
    51535: ("aot season 4 part 3", "aot final season part 3"),
    52034: ("onk",),  # [Oshi no Ko]
    52299: ("俺レベ",),  # Ore dake Level Up na Ken
    52991: ("frieren",),  # Sousou no Frieren
    55701: ("kny season 4", "demon slayer season 4", "kimetsu no yaiba season 4"),
}
# fmt: on
