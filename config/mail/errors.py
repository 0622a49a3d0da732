"""What may go wrong by rule with mail."""

from config.errors import CartwrightError


class MailServerAway(CartwrightError):
    """The mail server does not answer, or says that later it may."""

    code = "mail_server_away"
    http_status = 503
    is_outage = True
