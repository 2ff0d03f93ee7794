import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.text.cleaning import clean_message, clean_text

ASKED = "Please add dark mode."
HEADERS = "From: Help <help@example.com>\nSent: Monday, 4 March 2024\nTo: Ana\nSubject: Re: mode"


@pytest.mark.parametrize(
    "quoted",
    [
        "On Tue, Mar 5, 2024 at 9:12 AM Help <help@example.com> wrote:\n> What do you need?",
        "On Tue, Mar 5, 2024 at 9:12 AM The Help Team at Larkboard\n<h@example.com> wrote:\n\n> Hi",
        "On Mar 5, 2024, Help <email> wrote:\nWhat do you need?",
        "Am 05.03.2024 um 09:12 schrieb Help <help@example.com>:\n> Was brauchen Sie?",
        "Help <help@example.com> schrieb am Di., 5. März 2024, 09:12:\n> Was brauchen Sie?",
        "Le mar. 5 mars 2024 à 09:12, Help <help@example.com> a écrit :\n> Bonjour",
        "El mar, 5 mar 2024 a las 9:12, Help (<help@example.com>) escribió:\n> Hola",
        "Il giorno mar 5 mar 2024 alle ore 09:12 Help <help@example.com> ha scritto:\n> Ciao",
        "Em ter., 5 de mar. de 2024 às 09:12, Help <help@example.com> escreveu:\n> Olá",
        "Op di 5 mrt 2024 om 09:12 schreef Help <help@example.com>:\n> Hallo",
        "-----Original Message-----\n" + HEADERS + "\n\nWhat do you need?",
        "-----Ursprüngliche Nachricht-----\nVon: Help\nGesendet: Montag\nAn: Ana\n\nHallo",
        HEADERS + "\n\nWhat do you need?",
        "*From:* Help\n*Sent:* Monday\n*To:* Ana\n*Subject:* mode\n\nWhat do you need?",
        "From: Help Sent: Monday, 4 March 2024 To: Ana Subject: mode\nWhat do you need?",
        "________________________________\n" + HEADERS + "\n\nWhat do you need?",
        "Von: Help\nGesendet: Montag, 4. März 2024\nAn: Ana\nBetreff: Modus\n\nHallo",
        "De : Help\nEnvoyé : lundi 4 mars 2024\nÀ : Ana\nObjet : mode\n\nBonjour",
        "De: Help\nEnviado el: lunes, 4 de marzo\nPara: Ana\nAsunto: modo\n\nHola",
        "---------- Forwarded message ---------\nFrom: Help\nDate: Monday\n\nWhat do you need?",
        "> What do you need?\n>> I need help.",
    ],
)
def test_a_quoted_mail_is_cut_off(quoted: str) -> None:
    assert clean_message(f"{ASKED}\n\n{quoted}") == ASKED


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna Ruiz\nLarkboard GmbH\n555-0101",
        "Best regards,\nAna Ruiz\nHead of Operations",
        "Kind regards",
        "Kind regards, Ana Ruiz",
        "Mit freundlichen Grüßen\nAna Ruiz",
        "Viele Grüße aus Berlin\nAna",
        "Cordialement,\nAna",
        "Un saludo,\nAna",
        "Cordiali saluti\nAna Ruiz",
        "Met vriendelijke groet,\nAna",
        "Med vänliga hälsningar\nAna",
        "Thanks!\nAna",
        "Thanks in advance,\nAna Ruiz",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi Pixel",
        "Regards,\nAna\n\nSent from my iPad",
        "This e-mail is confidential and intended only for the addressee.\nDelete it if not you.",
        "Best regards,\nAna\n\nCONFIDENTIALITY NOTICE: for the addressee only.",
        "Diese E-Mail enthält vertrauliche Informationen.",
        "Ce message est confidentiel.",
        "Please consider the environment before printing.",
    ],
)
def test_a_signature_or_footer_is_cut_off(signature: str) -> None:
    assert clean_message(f"{ASKED}\n\n{signature}") == ASKED


@pytest.mark.parametrize(
    "template",
    [
        "##- Please type your reply above this line -##\n\n{}",
        "{}\n\n##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##",
        "You are registered as a CC on this support request (4711). Reply to add a comment.\n{}",
        "Your request (4711) has been received and is being reviewed by our staff.\n\n{}",
        "{}\n\nTo add additional comments, reply to this email.",
        "{}\n\nThis email is a service from Larkboard. Delivered by Zendesk",
        "{}\n\nThis message was sent by Atlassian Jira (v9.4.0)",
        "Ana Ruiz commented on LARK-12:\n\n{}",
        "Ticket #4711\nReporter: Ana Ruiz\nPriority: High\nStatus: Open\n\n{}",
        "{}\n\n--- Please reply above this line ---\n\nWhat do you need?",
        "CAUTION: This email came from outside the company. Do not open attachments.\n\n{}",
        "{}\n\n### Steps to reproduce\n\nN/A\n\n### Anything else?\n\n_No response_",
        "{}\n\nSteps to reproduce:\n1.\n2.\n\nScreenshots:",
        "{}\n<!-- Tell us what you\nwanted to do. -->",
        "- [x] I have searched the existing issues\n\n{}",
    ],
)
def test_what_a_ticket_system_put_in_is_left_out(template: str) -> None:
    assert clean_message(template.format(ASKED)) == ASKED


def test_answers_between_quoted_lines_stay() -> None:
    assert clean_message("> Which browser?\nFirefox\n> Which version?\n121") == "Firefox\n121"


def test_an_answer_below_the_quoted_mail_stays() -> None:
    mail = f"On Tue, Mar 5, 2024 at 9:12 Help <help@example.com> wrote:\n> Yes?\n\n{ASKED}"
    assert clean_message(mail) == ASKED


def test_a_forwarded_mail_is_about_what_it_forwards() -> None:
    mail = f"---------- Forwarded message ---------\n{HEADERS}\n\n{ASKED}\n\nBest regards,\nAna"
    assert clean_message(mail) == ASKED


def test_a_heading_with_an_answer_stays() -> None:
    text = "### Steps to reproduce\n\n1. Open the board\n\n### Expected behavior\n\nIt opens"
    assert clean_message(text) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            f'<div dir="ltr">{ASKED}</div><br><div class="gmail_quote"><div>On Tue, Mar 5, 2024'
            " at 9:12 Help wrote:</div><blockquote>Yes?</blockquote></div>",
            ASKED,
        ),
        (
            f"<p>{ASKED}</p><blockquote type='cite'>Yes?</blockquote><p>Soon.</p>",
            f"{ASKED}\n\nSoon.",
        ),
        (
            f"<div>{ASKED}</div><hr><div id='divRplyFwdMsg'><b>From:</b> Help<br><b>Sent:</b>"
            " Monday<br><b>To:</b> Ana<br><b>Subject:</b> mode</div><div>Yes?</div>",
            ASKED,
        ),
        (f"<blockquote type='cite'>{ASKED}</blockquote>", ASKED),
    ],
)
def test_quotes_in_html_are_cut_off(html: str, text: str) -> None:
    assert clean_message(html) == text


@pytest.mark.parametrize(
    "text",
    [
        "I want:\n\n- dark mode\n- a widget\n- offline mode",
        "Thanks, but the export still fails.\nBest regards to the team, it fails daily.",
        "Thanks!\nthe export fails again since the update and I lost a day",
        "From: is a bad label for a date filter. To: works.",
        "On Tuesday your agent wrote:\n\nwe will fix it, and nothing happened",
        "Warning: your mail importer loses attachments.",
        "The importer says\n**no file**",
        "Priority: high\nThe export fails",
        "The list shows\n>= 5 items and\n>:( nothing else",
        "Sent from my iPhone it looks fine",
        "Best regards",
        "> all of this\n> is quoted",
        "-- \nAna Ruiz",
        "_No response_",
    ],
)
def test_nothing_is_cut_without_good_reason(text: str) -> None:
    assert clean_message(text) == clean_text(text)


@pytest.mark.parametrize(
    "review",
    [
        "He said:\n> nothing",
        "Great.\n\nBest regards,\nAna",
        "On Tue at 9:12 Ana <a@example.com> wrote:\n> Hi",
        "### Steps to reproduce\n\nN/A",
    ],
)
def test_reviews_keep_what_mails_lose(review: str) -> None:
    assert clean_text(review) == review


LINES = st.lists(
    st.sampled_from(
        [
            *(ASKED, "", "Ana", "> Hi", "--", "Thanks", "Best regards,", "From: a", "To: b", "N/A"),
            *("Subject: c", "On Tue at 9:12 <a> wrote:", "### Idea", "Sent from my x", "Status: d"),
            *("-----Original Message-----", "[deleted]", "<!--", "-->", "Ticket #1", "👍", "_____"),
            *("This e-mail is confidential", "<p>", "<blockquote type=cite>", "</blockquote>"),
        ]
    ),
    max_size=12,
).map("\n".join)


@settings(deadline=None, max_examples=500)
@given(LINES)
def test_a_message_never_loses_all_its_words_nor_gains_any(text: str) -> None:
    whole, own = clean_text(text), clean_message(text)
    assert clean_text(own) == own
    assert bool(re.search(r"\w", own)) == bool(re.search(r"\w", whole))
    assert set(own.split()) <= set(whole.split())


@pytest.mark.parametrize(
    "pump",
    [
        *("On a\n", "On ", "> ", ">", "-- \n", "--\n", "Thanks\n", "Best regards\n", "From: a\n"),
        *("From: ", "To: a\n", "a wrote:\n", "On 5 at 9:12 <a> wrote:\n", "wrote: ", "### a\n"),
        *("### Steps to reproduce\n", "N/A\n", "Priority: a\n", "__________\n", "-", "_", "#"),
        *("-----Original Message-----\n", "This e-mail ", "This e-mail a\n", "<!-- -->", "<!-- "),
        *("ticket #", "a commented on ", "schrieb ", "your request ", "- [x] i ", "<p>", "<div>"),
        *("\n", " ", "Sent from my x\n", "1. ", "caution: this ", "1.\n", "**a**\n"),
    ],
)
def test_no_pattern_is_slow_on_long_messages(pump: str) -> None:
    text = "x\n" + pump * (50_000 // len(pump))
    begun = time.process_time()
    clean_message(text)
    assert time.process_time() - begun < 1
