from collections.abc import AsyncGenerator

import pytest

from providers.contract import WebQuery
from providers.errors import SearchFailed
from providers.tavily import TavilySearch
from tests.upstreams.tavily_server import HITS, TavilyServer


@pytest.fixture
async def search(tavily_upstream: TavilyServer) -> AsyncGenerator[TavilySearch]:
    search = TavilySearch("tvly-canary", base_url=tavily_upstream.base_url, timeout=0.5, pause=0.01)
    yield search
    await search.aclose()


async def test_hits_come_in_order_with_the_key_in_the_header(
    search: TavilySearch, tavily_upstream: TavilyServer
):
    results = await search.search(WebQuery("rent", max_results=5))
    assert [result.url for result in results] == [hit["url"] for hit in HITS]
    assert (results[0].title, results[0].content, results[0].score) == ("Rent", "Due Monday.", 0.9)
    assert tavily_upstream.requests[0].headers["authorization"] == "Bearer tvly-canary"
    assert tavily_upstream.requests[0].body["max_results"] == 5


@pytest.mark.parametrize("query", ["unsafe", "odd"])
async def test_links_that_may_not_be_opened_are_dropped(search: TavilySearch, query: str):
    results = await search.search(WebQuery(query, max_results=20))
    assert [result.url for result in results] == [hit["url"] for hit in HITS]


async def test_no_more_hits_than_wanted(search: TavilySearch):
    assert len(await search.search(WebQuery("rent", max_results=1))) == 1


async def test_nothing_found_is_no_error(search: TavilySearch):
    assert await search.search(WebQuery("none", max_results=5)) == []


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("401", "401 the web search refused the key"),
        ("403", "403 the web search does not allow this"),
        ("429", "429 the web search is asked too often"),
        ("400", "400 the web search did not accept the request"),
        ("432", "432 the web search's plan is used up"),
        ("433", "433 the web search's pay-as-you-go limit is reached"),
        ("500", "500 the web search failed"),
        ("302", "302 the web search is elsewhere"),
        ("stall", "the web search took too long"),
        ("reset", "the web search cannot be reached"),
        ("html", "the web search sent something that is no result"),
        ("list", "the web search sent something that is no result"),
    ],
)
async def test_a_fault_is_a_search_error_in_our_own_words(
    search: TavilySearch, query: str, detail: str
):
    with pytest.raises(SearchFailed) as caught:
        await search.search(WebQuery(query, max_results=5))
    assert caught.value.detail.startswith(detail)
    assert caught.value.code == "SEARCH_API_ERROR"
    assert "canary" not in caught.value.detail


@pytest.mark.parametrize("query", ["429-then-fine", "503-then-fine"])
async def test_a_fault_that_passes_is_tried_once_more(
    search: TavilySearch, tavily_upstream: TavilyServer, query: str
):
    assert len(await search.search(WebQuery(query))) == len(HITS)
    assert len(tavily_upstream.requests) == 2


@pytest.mark.parametrize("query", ["401", "432", "302", "stall"])
async def test_what_will_not_pass_is_asked_once(
    search: TavilySearch, tavily_upstream: TavilyServer, query: str
):
    with pytest.raises(SearchFailed) as caught:
        await search.search(WebQuery(query))
    assert len(tavily_upstream.requests) == 1
    assert caught.value.retryable is (query == "stall")


async def test_an_answer_without_end_is_left(search: TavilySearch):
    with pytest.raises(SearchFailed):
        await search.search(WebQuery("endless"))


async def test_a_query_is_asked_as_the_interface_documents_it(
    search: TavilySearch, tavily_upstream: TavilyServer
):
    query = WebQuery(
        "x" * 500,
        max_results=50,
        depth="advanced",
        include_domains=("example.com",),
        exclude_domains=("ads.example",),
        with_pages=True,
    )
    found = await search.search(query)

    assert tavily_upstream.requests[0].body == {
        "query": "x" * 400,
        "search_depth": "advanced",
        "topic": "general",
        "max_results": 20,
        "include_domains": ["example.com"],
        "exclude_domains": ["ads.example"],
        "include_raw_content": "text",
    }
    assert [result.url for result in found] == [HITS[0]["url"]]


async def test_html_in_a_result_is_text(search: TavilySearch):
    found = await search.search(WebQuery("lease"))
    assert found[1].content == "Bold"


async def test_a_search_without_a_server_cannot_be_reached():
    search = TavilySearch("tvly-canary", base_url="http://127.0.0.1:9", timeout=2, pause=0.01)
    with pytest.raises(SearchFailed, match="cannot be reached"):
        await search.search(WebQuery("rent"))
    await search.aclose()
