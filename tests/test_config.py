"""Settings: wrong ones are named with a remedy, one line each, and no secret is printed."""

import pytest
from cryptography.fernet import Fernet

from textline.config import Settings, load
from textline.errors import SettingsError

KEY = Fernet.generate_key().decode()
RIGHT = {
    "DATABASE_URL": "postgresql://textline:db-pass@db/textline",
    "REDIS_URL": "redis://:redis-pass@cache:6379/0",
    "TWILIO_ACCOUNT_SID": "AC" + "0a" * 16,
    "TWILIO_AUTH_TOKEN": "tok-ffffffffffffffff",
    "PUBLIC_URL": "https://line.example.org",
    "SECRET_KEYS": KEY,
    "LOOKUP_KEY": "a lookup key for tests that is long enough",
}


@pytest.fixture(autouse=True)
def environ(monkeypatch, tmp_path):
    """Only the settings of the test: no `.env` of the repository, and none of the shell."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TEXTLINE_{name.upper()}", raising=False)

    def given(**changes):
        for name, value in {**RIGHT, **changes}.items():
            if value is None:
                monkeypatch.delenv(f"TEXTLINE_{name}", raising=False)
            else:
                monkeypatch.setenv(f"TEXTLINE_{name}", value)

    given()
    return given


def refused():
    with pytest.raises(SettingsError) as error:
        load()
    lines = str(error.value).split("\n")
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__, "the library's own error prints what was given"
    return lines


def test_right_ones_are_taken(environ):
    settings = load()
    assert settings.database_url == "postgresql+psycopg://textline:db-pass@db/textline"
    assert settings.secure
    assert not settings.demo
    assert [key.get_secret_value() for key in settings.secret_keys] == [KEY]


def test_they_are_read_from_a_file_and_the_environment_comes_first(environ, tmp_path):
    environ(LOOKUP_KEY=None)
    (tmp_path / ".env").write_text(f"TEXTLINE_LOOKUP_KEY={'k' * 40}\nTEXTLINE_DEMO=sure\nOTHER=1\n")
    assert refused()[0].startswith("TEXTLINE_DEMO: ")
    environ(LOOKUP_KEY=None, DEMO="false")
    assert load().lookup_key.get_secret_value() == "k" * 40


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("empty", [None, ""])
def test_a_missing_or_empty_one_is_named_with_what_to_set_it_to(environ, name, empty):
    environ(**{name: empty})
    (line,) = refused()
    description = Settings.model_fields[name.lower()].description
    assert line == f"TEXTLINE_{name} is missing: set it to {description}"
    with pytest.raises(SettingsError, match=name):
        load(**{name.lower(): ""})


def test_without_any_each_has_one_line(environ):
    environ(**dict.fromkeys(RIGHT))
    assert sorted(line.split()[0] for line in refused()) == sorted(f"TEXTLINE_{name}" for name in RIGHT)


def test_an_optional_one_left_empty_is_not_set(environ):
    environ(TWILIO_API_KEY="", TWILIO_API_SECRET="", TWILIO_API_URL="", LOG_LEVEL="")
    assert (load().twilio_api_key, load().log_level) == (None, "INFO")


WRONG = [
    ("DATABASE_URL", "mysql://u:hunter2secret@db/x", "postgresql://"),
    ("REDIS_URL", "http://:hunter2secret@cache", "redis://"),
    ("TWILIO_ACCOUNT_SID", "AC-hunter2secret", "console.twilio.com"),
    ("TWILIO_ACCOUNT_SID", "AC" + "0a" * 16 + "\n", "console.twilio.com"),
    ("TWILIO_API_KEY", "hunter2secret", "API key"),
    ("SECRET_KEYS", f"{KEY},hunter2secret", "textline keys new"),
    ("SECRET_KEYS", "hunter2secretéñ😔", "textline keys new"),
    ("SECRET_KEYS", " , ,", "textline keys new"),
    ("LOOKUP_KEY", "hunter2secret", "never change it"),
    ("LOG_LEVEL", "hunter2secret", "INFO"),
    ("DEMO", "hunter2secret", "demonstration"),
    *[("PUBLIC_URL", url, "https://line.example.org") for url in (
        "line.example.org", "ftp://a.example", "https://", "https:///", "https://a.example/hunter2secret",
        "https://a.example/x/", "https://a.example//", "https://a.example?x=hunter2secret", "https://a.example#x",
        "https://u:hunter2secret@a.example", "https://a b.example", "https://a.example:x", "https://[hunter2secret",
        "https://a.example\n", "https://é.example",
    )],
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "remedy"), WRONG)
def test_a_wrong_one_is_named_with_a_remedy_on_one_line_and_not_printed(environ, name, value, remedy):
    environ(**{name: value})
    (line,) = refused()
    assert line.startswith(f"TEXTLINE_{name}: ")
    assert remedy in line
    assert "hunter2" not in line


@pytest.mark.parametrize("half", [("TWILIO_API_KEY", "SK" + "0a" * 16), ("TWILIO_API_SECRET", "hunter2")])
def test_an_api_key_and_its_secret_go_together(environ, half):
    environ(**dict([half]))
    (line,) = refused()
    assert "TEXTLINE_TWILIO_API_KEY and TEXTLINE_TWILIO_API_SECRET" in line
    assert "hunter2" not in line


def test_the_demonstration_never_runs_on_the_real_carrier(environ):
    environ(DEMO="true")
    assert "TEXTLINE_DEMO" in refused()[0]
    environ(DEMO="true", TWILIO_API_URL="http://127.0.0.1:9")
    assert load().demo


@pytest.mark.parametrize(
    ("given", "kept"),
    [("https://a.example/", "https://a.example"), ("http://localhost:8000", "http://localhost:8000"),
     ("http://[::1]:80/", "http://[::1]:80"), ("http://maya.localhost:1", "http://maya.localhost:1")],
)  # fmt: skip
def test_the_public_address_is_kept_as_an_origin(environ, given, kept):
    environ(PUBLIC_URL=given)
    assert load().public_url == kept


def test_no_secret_shows_when_the_settings_are_printed(environ):
    environ(TWILIO_API_KEY="SK" + "0a" * 16, TWILIO_API_SECRET="api-secret")
    shown = f"{load()!r} {load()}"
    for secret in (
        KEY,
        "db-pass",
        "redis-pass",
        RIGHT["TWILIO_AUTH_TOKEN"],
        RIGHT["LOOKUP_KEY"],
        "api-secret",
    ):
        assert secret not in shown


@pytest.mark.parametrize(
    "url", ["https://beats.example/abc-123?x=1", "http://127.0.0.1:8080/", "https://me:it@beats.example"]
)
def test_a_heartbeats_address(environ, url):
    environ(HEARTBEAT_URL=url)
    settings = load()
    assert settings.heartbeat_url.get_secret_value() == url
    assert url not in repr(settings)


@pytest.mark.parametrize("url", ["beats.example/abc", "ftp://beats.example", "https:///x", "https://a b/c"])
def test_a_heartbeats_address_that_is_none(environ, url):
    environ(HEARTBEAT_URL=url)
    (said,) = refused()
    assert said.startswith("TEXTLINE_HEARTBEAT_URL: must be a whole address")
    assert url not in said
