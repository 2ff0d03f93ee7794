"""Tell statements that say something from bare verdicts, greetings and noise.

"Good", "asdf" or five hearts say nothing that could be built, so they make no theme; who reads
the counts still sees them. A statement is informative if one word is left after those that only
judge, greet, thank or hold a sentence together. In doubt it is: a need taken for noise is lost,
noise taken for a need is only in the way.
"""

import re
import unicodedata
from functools import lru_cache

NO_BLANKS_LETTERS = 8
"""Letters from which a word of Thai, Lao, Burmese or Khmer holds more than a verdict."""

VOWELLESS_LETTERS = 6
"""Letters from which a word without a vowel is none; abbreviations are shorter."""

_ENGLISH = (
    # holding a sentence together
    " a about after again ago all almost already also always am an and any anymore anyone anything"
    " are arent as at be because been before being both but by can cannot cant could couldnt did"
    " didnt do does doesn doesnt doing done don dont each else enough ever every everybody everyone"
    " everything far few for from get getting give given giving go going gonna gonne got had has"
    " hasnt have havent having he her here him his how i id if ill im in into is isnt it its ive"
    " just know let lets life lot lots made make makes making many may maybe me might more most"
    " much must my myself need needed needs never no nobody none nor not nothing now of off often"
    " on once one only or other our out over own part people person pretty quite rather really"
    " same say seems she should since so some someone something sometimes somewhat still stuff"
    " such sure than that thats the their them then there theres these they thing things think"
    " this those though to too totally truly try u until up ur us very want wanted wants was way"
    " we well went were weve what whats when where which while who whole why will wish with within"
    " wont world would wouldnt ya year years yet you your youre yours day days today time times"
    # judging
    " absolute absolutely adorable amaze amazed amazing amazingly average awesome awesomeness"
    " awful bad badly beautiful best better bomb boring brilliant cool crap crappy cute damn"
    " decent definitely delightful disappointed disappointing disappointment disgusting dope dumb"
    " enjoy enjoyable enjoyed enjoying epic exceeded excellent exceptional extremely fab fabulous"
    " fair fantastic fav favorite favourite fine flawless fun funny garbage gem genius glad good"
    " gorgeous great greatest guess happy hate hated hates helpful highly hope hopeless horrendous"
    " horrible idiotic impressed impressive incredible incredibly interesting joke junk lame like"
    " liked likes love loved lovely loves loving mad magnificent marvelous mediocre meh neat nice"
    " nicely okay okayish okey outstanding pathetic perfect perfection perfectly pleased poor"
    " poorly rad recommend recommended regret ridiculous rip rock rocks rubbish sad satisfied"
    " satisfying shame shit shitty sick sorry splendid stellar stupid suck sucked sucks sucky"
    " super superb superior sweet terrible terribly terrific top trash ugh unbelievable unhappy"
    " useful useless waste wasted weird wonderful wonderfully worse worst worth worthless wow yay"
    # greeting, thanking, asking, answering
    " add anyways asap bless bye cheers comment comments congrats congratulations dear dude"
    " feedback fix folks friend friends god guys hello help hey hi hiya hmm hola idk improve job"
    " keep lol man mate morning na nah nil nope ok oh omg opinion please pls plz rate rated rating"
    " respect review reviews suggestion suggestions tbh test testing tested thank thanks thankyou"
    " thanx thnx thx tnx tq ty welcome wtf xd xoxo yeah yep yes yo yup"
    # what is judged
    " app application applications apps game games product products program software tool tools"
    " star stars point points hundred hundreds percent five four three two ten zero"
    # often misspelt, and what is heard rather than read
    " alot amazin awsm awsome awsum excelent exelent exellent fantastik gr8 grate gud luv lovly"
    " nic osm osum aww ah aha eh er grr hm huh mm pff pfft psst sh shh tsk uh um"
    # keys side by side, typed for want of words
    " asd cvb dfg fgh ghj hjk jkl qwe sdf vbn xcv zxc lkj bla blah blabla lorem ipsum foo"
)
_OTHERS = (
    # German
    " gut gute guter gutes sehr toll tolle tolles super schlecht schlechte mist schrott scheisse"
    " perfekt prima klasse danke bitte hallo ist die der das ich bin mag es diese dieser ganz"
    " einfach nur geil beste bester bestes ok naja mega hammer und nicht wirklich immer zufrieden"
    " sind war alles okay spitze genial furchtbar schrecklich müll eine ein leider nichts keine"
    # French
    " bon bonne bien tres trop genial geniale nul nulle super parfait parfaite merci bonjour salut"
    " excellent excellente magnifique mauvais mauvaise est cette cet une un le la les jadore jaime"
    " adore aime appli pas mal vraiment top rien moi je ca cest oui non horrible tout et de"
    " meilleure meilleur du monde"
    # Spanish
    " bueno buena buenos buenas buenisima buenisimo muy malo mala mal excelente genial perfecto"
    " perfecta gracias hola me gusta encanta encanto esta este esto el la lo es una un aplicacion"
    " pesima pesimo horrible mejor peor basura bien todo nada increible y mucho si no que de"
    # Portuguese
    " bom boa muito otimo otima excelente perfeito perfeita ruim pessimo pessima obrigado obrigada"
    " ola oi gostei adorei amei lixo maravilhoso top demais aplicativo melhor nota dez e o um uma"
    " tudo nada nao horrivel parabens"
    # Italian
    " buono buona buonissima ottimo ottima bello bella bellissima bellissimo pessimo pessima molto"
    " grazie ciao perfetto perfetta eccellente fantastica fantastico schifo fa mi piace che il"
    " migliore brutta brutto applicazione tutto niente bene male carina carino e"
    # Russian
    " отлично отличное отличная супер хорошо хорошее хорошая плохо плохое ужас ужасно ужасное"
    " спасибо класс классно классное норм нормально норма топ очень приложение приложения прога"
    " программа мне нравится лучшее лучший круто говно фигня отстой дерьмо ок привет да нет это"
    " все всё и в я не так просто прекрасно прекрасное замечательно замечательное молодцы ура"  # noqa: RUF001
    " обожаю люблю вообще самое хрень игра пойдет пойдёт"
    # Hindi, in Latin letters and its own
    " accha acha achha achhi bahut bohot bhut mast bakwas bakwaas badhiya badiya bekar bekaar hai"
    " he ye yeh bhai sahi ghatiya dhanyavad shukriya namaste nahi ka ki ko hi bhi ek number अच्छा"
    " अच्छी अच्छे बहुत मस्त बकवास बढ़िया बेकार है ये यह ऐप एप भाई सही घटिया धन्यवाद शुक्रिया"
    " नमस्ते नहीं का की को ही भी एक नंबर हैं सुंदर"
)
_CJK_GENERIC = (
    " 应用程序 不好用 很好用 好用 很好 非常 不错 不錯 太好 垃圾 差评 好评 差評 好評 喜欢 喜歡 还行"
    " 还可以 可以 一般 谢谢 謝謝 厉害 完美 最好 软件 軟體 应用 應用 真的 这个 這個 支持 加油 五星"
    " 一星 超级 超級 特别 特別 你好 没有 沒有 没 无 無 点赞 推荐 推薦 满意 滿意 就是 东西 好 棒 赞"
    " 讚 差 烂 爛 牛 太 了 的 很 真 我 你 这 這 个 個 是 啊 吧 哈 呵 嗯 哦 呢 吗 嗎 挺 都 也 还 還"
    " 超 最 爱 愛 哇 呀 嘻 顶 頂 爽 强 強 行 分 星 满 滿 ありがとうございます ありがとう"
    " 素晴らしい すばらしい 良かった よかった とても すごい すごく 特になし 神アプリ 大好き 好き"
    " 最高 最悪 便利 満足 面白い おもしろい 良い いい よい 良き よき 神 クソ ゴミ くそ だめ ダメ"
    " なし 特に です でした ます ました この アプリ とっても 本当に ほんとに 一番 だ ね よ は が"
    " も の に を と ー 笑 www 草"
)
_DOING = frozenset(
    {"get", "run", "runs", "use", "used", "uses", "using", "work", "worked", "working", "works"}
)
_NOT = frozenset(
    {"barely", "cannot", "cant", "doesnt", "dont", "hardly", "never", "no", "not", "wont"}
)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # written without blanks
_MARKS = (  # parts of words that ``\w`` leaves out: vowel signs of South Asia, accents, Arabic
    "\u0300-\u036f\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_TOKEN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:[{_MARKS}]+[^\W_{_CJK}]*)*")
_NOT_SAID_MARKS = ("<", "http", "www.", "waste of ")
_NOT_SAID = re.compile(
    r"<(?:email|phone|card|iban|ip|address|person)>|(?:https?://|www\.)\S+"
    r"|waste of (?:my |your )?(?:time|money|space)"
)
_ACCENTED = re.compile(r"[^\W\x00-\x7f]|[\u0300-\u036f]")  # letters that may hold an accent
_ACCENTS = re.compile("[\u0300-\u036f]")
_UNSPACED = re.compile(f"[{_CJK}]")
_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_STUTTER = re.compile(r"(.{1,3}?)\1{2,}.{0,2}|(ha|he|hi|ho|la)\2+[hl]?")
_VOWELLESS = re.compile(rf"[bcdfghjklmnpqrstvwxz]{{{VOWELLESS_LETTERS},}}")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "poiuytrewq", "lkjhgfdsa", "mnbvcxz")
_RUNS = frozenset(row[i : i + 3] for row in _ROWS for i in range(len(row) - 2))


def is_informative(text: str) -> bool:
    """Whether a statement says anything about a need or an experience with the product.

    Linear in the length of the text. Verdicts are known in English, German, French, Spanish,
    Portuguese, Italian, Russian, Hindi (in both scripts), Chinese and Japanese; in any other
    script two different words are taken to say something. Links and the marks that stand for
    personal data (``<email>``) say nothing.
    """
    kinds, others = set(), set()
    for match in _TOKEN.finditer(_fold(text)):
        word = match[0]
        if word in _GENERIC:
            continue
        kind = _kind(word)
        if kind == "own":
            return True
        kinds.add(kind)
        if kind == "other":
            others.add(word)
    return len(others) > 1 or kinds >= {"doing", "not"}


@lru_cache(16_384)
def _kind(word: str) -> str:
    """Return own (it says something), other (a script without a list), doing, not or generic."""
    if word in _DOING:
        return "doing"
    if word in _NOT:
        return "not"
    if (len(word) == 1 and word.isascii()) or word.isdigit():
        return "generic"
    if _UNSPACED.match(word):
        left = _CJK_VERDICTS.sub("", word)
        return "own" if _IDEOGRAPH.search(left) or len(left) > 1 else "generic"
    if not _has_list(word[0]):
        unspaced = "\u0e00" <= word[0] <= "\u0eff" or "\u1000" <= word[0] <= "\u17ff"
        return "own" if unspaced and len(word) >= NO_BLANKS_LETTERS else "other"
    return "generic" if _is_noise(word) else "own"


def _is_noise(word: str) -> bool:
    if _DRAWN_OUT.search(word):
        shortened = (_DRAWN_OUT.sub(kept, word) for kept in (r"\1", r"\1\1"))
        if any(form in _GENERIC for form in shortened):
            return True
    return (
        _STUTTER.fullmatch(word) is not None
        or _VOWELLESS.fullmatch(word) is not None
        or _is_keys(word)
    )


def _is_keys(word: str) -> bool:
    """Whether a word is made of three or more neighbouring keys at a time."""
    end = 0
    for start in range(len(word) - 2):
        if word[start : start + 3] in _RUNS:
            if start > end:
                return False
            end = start + 3
    return end == len(word) > 3


def _has_list(letter: str) -> bool:
    return letter < "\u0250" or "\u0400" <= letter <= "\u052f" or "\u0900" <= letter <= "\u097f"


def _fold(text: str) -> str:
    """Return the text in small letters without accents, apostrophes and what is not said."""
    text = text.casefold().replace("'", "").replace("’", "")  # noqa: RUF001
    if any(mark in text for mark in _NOT_SAID_MARKS):
        text = _NOT_SAID.sub(" ", text)
    if text.isascii() or _ACCENTED.search(text) is None:
        return text
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", bare)


_GENERIC = frozenset(_fold(_ENGLISH + _OTHERS).split()) - _DOING - _NOT
_CJK_VERDICTS = re.compile("|".join(sorted(_CJK_GENERIC.split(), key=len, reverse=True)))
