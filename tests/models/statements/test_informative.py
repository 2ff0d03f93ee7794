"""Bare verdicts, greetings and noise are told from needs and experiences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statements.informative import is_informative
from tests.pace import assert_in_proportion

NOISE = """
good | nice app!! | ok thanks | asdf | aaaaaa | 👍👍 | ... | 10/10 | best app ever | love it
hi | <email> | test test | https://example.com/a?b=dark+mode | www.example.com | 5 stars
Thank you so much! | worst app ever | I hate this | goooood | sooo niiice | it's very good
great job guys | n/a | none | no comment | waste of time | wow | lol | hahaha | qwerty | asdasd
sdfghjkl | jkhkjhkjh | please fix | Works great | It just works | Highly recommended | useless
<person> <phone> | 😡 bad | A+ | k | ??? | super App, sehr gut | einfach toll! | très bien merci
nul | muy buena aplicación | me encanta | pésimo | ótimo app | gostei muito | ottima app
fa schifo | отличное приложение | ужас | мне нравится | bahut accha app hai | बहुत अच्छा ऐप है
बकवास | 很好 | 不错不错 | 垃圾软件 | 好用 | 最高です | 神アプリ | とても良い | 좋아요 | ممتاز
this is the best app I have ever used in my life | blah blah blah | lorem ipsum
"""
SAYS_SOMETHING = """
crashes | slow | dark mode | refund | can't log in | no sound | login | love the offline maps
best for invoices | PDF | SSO | vpn please | 2FA | html export | doesn't work | not working
never works | bad customer service | too many ads | great app but drains the battery
easy to use | <email> cannot reset the password | good search | please add tags | mp3 | GDPR
css | xlsx | fast | tree view | were the pictures deleted | expensive
good, love it, but the widget is gone | i can't hear | spam | so laggy | notifications | 4k
wer ruft an | funktioniert nicht | stürzt ab | sehr langsam | ne marche pas | trop de pub
no funciona | se cierra sola | não abre | muito lento | non si apre | troppa pubblicità
не работает | вылетает | bahut slow hai | login नहीं हो रहा | 闪退 | 太慢 | 用不了 | 广告太多
起動しない | 広告が多い | 重い | 로그인이 안돼요 | لا يعمل التطبيق | δεν ανοίγει ποτέ
เข้าสู่ระบบไม่ได้ | schreibschutz fehlt | halo effect | sftp | rope | Weltschmerz-Modus
good bye button
"""
# Written before the rules were tried on them and never used to improve them.
NOISE_HELD_OUT = """
great | awesome!!! | very nice | thx | not bad | okay I guess | meh | yes | hello there
hey guys | 🤮 | ❤️❤️❤️ | !!! | 100% | 1 | five stars from me | superb application
amazing experience | I love this app so much | loved it | really really bad | total garbage
this sucks | rubbish | sdfsdf | qweqwe | zxcvbnm | hjkl | fffff | xxxxx | dsfgdfg | hehehe
test | testing 123 | http://example.org | <iban> | nothing to add | no suggestions | idk
keep it up | thank u | coooool | excelent app | gud | nice one | brilliant | perfect, thanks
terrible!!! | disappointed | could be better | must have | just wow | everything is good
Danke, super | sehr schlecht | gute App | c'est génial | j'adore | pas mal | excelente
muy mala | gracias | muito bom | péssimo aplicativo | bellissima | molto bene | супер | спасибо
очень плохо | mast app | bekar | शानदार | धन्यवाद | 非常好 | 差评 | 谢谢 | 最悪
ありがとうございます | すごい | 최고 | satisfied customer | good product | ten out of ten
so so | what the hell
"""
SAYS_SOMETHING_HELD_OUT = """
freezes | laggy | offline | subtitles | night theme | no audio | cannot sign up | lost my photos
keyboard covers the text | sync fails | API | SAML | SMTP | webhooks | csv | iban check
printing | best camera | love the colours | great for students | bad translation | nice fonts
good support team | hate the new layout | useless search | worst update | perfect recipes
please add Spanish | want landscape | needs zoom | fix the calendar | it doesn't run
I cannot use it | does not work at all | too expensive | price | subscription | cancel
free trial | unsubscribe | delivery late | <card> declined | charged twice | battery | hot phone
permissions | privacy | wifi | bluetooth | gps | usb | 5g | iOS 17 | hängt sich auf | zu teuer
Werbung | plante souvent | connexion impossible | muy lenta | publicidad | trava muito
cadê o modo escuro | si blocca | тормозит | реклама | nahi chalta | बहुत धीमा | 卡顿 | 不能登录
打不开 | 落ちる | 文字が小さい | 화면이 안 나와요 | التطبيق بطيء | drag and drop | two windows
undo
"""


def items(table: str) -> list[str]:
    return [item.strip() for line in table.strip().splitlines() for item in line.split(" | ")]


@pytest.mark.parametrize("text", items(NOISE))
def test_this_says_nothing(text: str) -> None:
    assert not is_informative(text)


@pytest.mark.parametrize("text", items(SAYS_SOMETHING))
def test_this_says_something(text: str) -> None:
    assert is_informative(text)


def test_texts_never_tried_before_are_told_apart() -> None:
    noise, says = items(NOISE_HELD_OUT), items(SAYS_SOMETHING_HELD_OUT)
    found = [text for text in noise if not is_informative(text)]
    wrong = [text for text in says if not is_informative(text)]
    assert len(found) / (len(found) + len(wrong)) >= 0.97, wrong
    assert len(found) / len(noise) >= 0.85, [text for text in noise if text not in found]


@given(st.lists(st.sampled_from(items(NOISE) + items(SAYS_SOMETHING)), max_size=6))
def test_what_is_said_stays_said_whatever_stands_around_it(texts: list[str]) -> None:
    if any(map(is_informative, texts)):
        assert is_informative(" ".join(texts))


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert is_informative(text + " the widget freezes")


def test_personal_data_and_links_alone_say_nothing() -> None:
    marks = ["email", "phone", "card", "iban", "ip", "address", "person"]
    assert not is_informative(" ".join(f"<{mark}>" for mark in marks))
    assert is_informative("<box>")  # not a mark: what stands there counts


@pytest.mark.parametrize("text", ["DON'T use", "don’t use", "do not use it", "can't get it"])  # noqa: RUF001
def test_a_verb_of_use_says_something_only_where_it_is_denied(text: str) -> None:
    assert is_informative(text)
    assert not is_informative("I use it, it works")


def test_accents_and_their_way_of_writing_make_no_difference() -> None:
    for text in ("tr\u00e8s bien", "tre\u0300s bien", "TRES BIEN"):
        assert not is_informative(text)


@pytest.mark.parametrize("piece", ["asdfghjkl", "ha", "http", "好", "waste of ", "<", "é", "abc"])
def test_time_grows_with_the_length_and_not_faster(piece: str) -> None:
    assert_in_proportion(lambda repeats: is_informative(piece * repeats + "q"), 48_000)
