package org.gleaner.web.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gleaner.web.result.NotAResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class PageTest {

    @TempDir Path directory;

    @Test
    void dataCannotEndTheirBlock() {
        String text = "</script><script>alert(1)</script>&amp;\u2028\u2029<!--";
        JsonNode data = JsonMapper.shared().createObjectNode().put("name", text);
        String json = Page.json(data);
        assertThat(json).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        assertThat(JsonMapper.shared().readTree(json)).isEqualTo(data);
    }

    @Test
    void aTitleIsAText() {
        String page = Page.of("<b>&</title>", JsonMapper.shared().createObjectNode()).text();
        assertThat(page).contains("<title>&lt;b>&amp;&lt;/title></title>");
    }

    @Test
    void aNameThatLooksLikeAPartIsNone() throws IOException {
        result(
                "{\"resultFormat\": 1, \"runs\": [], \"scenario\": {\"name\": \"{{charts}}\", \"kind\": \"{{data}}\"}}");
        String page = ReportPage.of(directory);
        assertThat(page).contains("<title>Gleaner: {{charts}}</title>");
        assertThat(page.split("<script>", -1)).hasSize(3);
    }

    @Test
    void theSamePageOfTheSameFiles() throws IOException {
        result("{\"resultFormat\": 1, \"runs\": [], \"scenario\": {\"name\": \"x\"}}");
        assertThat(ReportPage.of(directory)).isEqualTo(ReportPage.of(directory));
    }

    /// To a file, only where it is beside the page.
    @Test
    void linksToEventsThatAreThere() throws IOException {
        result("{\"resultFormat\": 1, \"runs\": [], \"scenario\": {\"name\": \"x\"}}");
        String link = "\"events\":\"trace.json\"";
        assertThat(ReportPage.of(directory)).doesNotContain(link);
        Files.writeString(directory.resolve("trace.json"), "{}");
        assertThat(ReportPage.of(directory)).contains(link);
        assertThat(ReportPage.served(directory, "/").text()).contains(link);
        assertThat(ReportPage.elsewhere(directory)).doesNotContain(link);
    }

    @Test
    void whatIsNoResultSaysWhere() throws IOException {
        assertThatThrownBy(() -> ReportPage.of(directory))
                .isInstanceOf(NotAResult.class)
                .hasMessageStartingWith(directory + ": has no result.json; ");
        result("{\"runs\": [\n{]}");
        assertThatThrownBy(() -> ReportPage.of(directory))
                .isInstanceOf(NotAResult.class)
                .hasMessageStartingWith(directory.resolve("result.json") + ":2: is no JSON");
        result("[]");
        assertThatThrownBy(() -> ReportPage.of(directory))
                .isInstanceOf(NotAResult.class)
                .hasMessageContaining("is no JSON object");
        result("{}");
        assertThatThrownBy(() -> ReportPage.of(directory))
                .hasMessageContaining("result.json: has no resultFormat; name a directory");
        assertThatThrownBy(() -> ReportPage.of(directory.resolve("none")))
                .hasMessageContaining("is no directory");
    }

    private void result(String json) throws IOException {
        Files.writeString(directory.resolve("result.json"), json);
    }
}
