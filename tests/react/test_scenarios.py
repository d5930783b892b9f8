"""The React page holds to what holds for every page; those with a server of their own have more."""

from tests.pages import scenarios

WITH_A_SERVER_OF_THEIR_OWN = {
    "test_no_page_names_a_setting",
    "test_a_page_that_was_first_waits_for_the_api",
    "test_a_taken_port_is_named_with_the_way_out",
}

globals().update(
    (name, scenario)
    for name, scenario in vars(scenarios).items()
    if name.startswith("test_") and name not in WITH_A_SERVER_OF_THEIR_OWN
)
