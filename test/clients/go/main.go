// Uses the generated client: a read, a post and a stream.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"strings"

	"example.org/clients/openapi"
)

func main() {
	ctx := context.Background()
	withKey := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("KEY"))
		return nil
	}
	client, err := openapi.NewClientWithResponses(os.Getenv("BASE_URL"), openapi.WithRequestEditorFn(withKey))
	check(err == nil, err)

	level, limit := []string{"district"}, 2
	units, err := client.ListUnitsWithResponse(ctx, &openapi.ListUnitsParams{Level: &level, Limit: &limit})
	check(err == nil && units.JSON200 != nil, err)
	check(len(units.JSON200.Items) == 2 && units.JSON200.Items[0].Level == "district", string(units.Body))

	source, field := "one-stop", "land"
	online, direct, carriedOver, inTime, late, overdue := 120, 800, 80, 900, 20, 5
	posted, err := client.PostDossierStatisticsWithResponse(ctx, nil, openapi.PostDossierStatisticsJSONRequestBody{
		Items: []openapi.DossierStatisticsItem{{
			Unit: "H56-380", Period: "2021-Q4", Source: &source, Field: &field, ReceivedOnline: &online,
			ReceivedDirect: &direct, CarriedOver: &carriedOver, ResolvedInTime: &inTime, ResolvedOverdue: &late,
			PendingOverdue: &overdue,
		}},
	})
	check(err == nil, err)
	check(posted.JSON200 != nil && posted.JSON200.Received == 1, string(posted.Body))

	dossier := `{"code":"client-0","unit":"H56-380","procedure":"1.001612","channel":"online",` +
		`"received_at":"2021-05-31T08:00:00+07:00","updated_at":"2021-05-31T08:05:00+07:00","status":`
	lines := strings.NewReader(dossier + "4}\n" + dossier + "\"unknown-status\"}\n")
	streamed, err := client.ImportDossiersWithBodyWithResponse(
		ctx, &openapi.ImportDossiersParams{Source: &source}, "application/octet-stream", lines)
	check(err == nil, err)
	check(streamed.JSON200 != nil && streamed.JSON200.Received == 2, string(streamed.Body))
	check(streamed.JSON200.Errors[0].Line == 2, string(streamed.Body))
}

func check(holds bool, found any) {
	if !holds {
		log.Fatal(found)
	}
}
