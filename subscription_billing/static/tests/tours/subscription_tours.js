import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// Steps of a tour. Who does the same by hand clicks once for each `click` and `choose`.
const click = (trigger) => ({trigger, run: "click"});
const type = (trigger, text) => ({trigger, run: `edit ${text}`});
const see = (trigger) => ({trigger});

function choose(field, text) {
    return [
        type(`${field} input`, text),
        click(`.o-autocomplete--dropdown-item:contains(${text})`),
    ];
}

function select(field, value) {
    return [
        click(`${field} input, ${field} select`),
        click(`.o_select_menu_item:contains(${value})`),
    ];
}

tours.add("subscription_first_plan", {
    steps: () => [
        type(".o_field_widget[name=name] textarea", "Studio"),
        click("[name=variant_ids] .o_field_x2many_list_row_add a"),
        type("[name=variant_ids] .o_selected_row [name=name] input", "Monthly"),
        click(".o_notebook .nav-link[name=components]"),
        click("[name=component_ids] .o_field_x2many_list_row_add a"),
        ...choose(
            "[name=component_ids] .o_selected_row [name=product_id]",
            "product_a"
        ),
        type("[name=component_ids] .o_selected_row [name=amount] input", "49"),
        click(".o_form_button_save"),
        see(".o_form_saved"),
        click(".o_notebook .nav-link[name=prices]"),
        see("[name=price_grid_html]:contains(49.00)"),
        click("button[name=action_view_contracts]"),
        click(".o_list_button_add"),
        ...choose("[name=partner_id]", "Ada GmbH"),
        see("[name=line_ids] .o_data_row"), // of the first variant
        click("button[name=action_activate_or_ask]"),
        click("button:contains(Bill Now)"),
        click(".modal button[name=action_bill]"),
        see(".o_form_view [name=invoice_count]:contains(1)"),
    ],
});

tours.add("subscription_sell", {
    steps: () => [
        click(".o_list_button_add"),
        ...choose("[name=partner_id]", "Ada GmbH"),
        ...choose("[name=variant_id]", "Cloud, Monthly"),
        click("[name=line_ids] .o_field_x2many_list_row_add a"),
        ...choose("[name=line_ids] .o_selected_row [name=component_id]", "Seats"),
        type("[name=line_ids] .o_selected_row [name=quantity] input", "4"),
        click("button[name=action_activate_or_ask]"),
        see(".o_arrow_button_current:contains(Active)"),
    ],
});

tours.add("subscription_life", {
    steps: () => [
        // Upgrade at once, with its bill.
        click("button:contains(/^Change$/)"),
        ...select(".modal [name=kind]", "Change a quantity"),
        see(".modal [name=line_id] input:value(Seats)"), // the only add-on
        type(".modal [name=quantity] input", "9"),
        click(".modal button[name=action_preview]"),
        see(".modal [name=preview_html]:contains(Due today)"),
        click(".modal button[name=action_apply_and_bill]"),
        see(".o_notification:contains(INV)"),
        see("body:not(:has(.modal))"),
        // Downgrade at the end of the period, and take it back.
        click("button:contains(/^Change$/)"),
        ...select(".modal [name=kind]", "Change the plan"),
        see(".modal [name=variant_id] input:value(Cloud, Small)"), // the only other one
        click(".modal [name=timing] label:contains(At the end of the billing period)"),
        click(".modal button[name=action_preview]"),
        see(".modal [name=preview_html]:contains(First due on)"),
        click(".modal button[name=action_apply].btn-primary"),
        see("body:not(:has(.modal))"),
        click("[name=scheduled_change_ids] button[name=action_withdraw]"),
        click(".modal .btn-primary"),
        see(".o_form_view:not(:has([name=scheduled_change_ids] button))"),
        // Cancel.
        click("button:contains(Cancel or End)"),
        ...choose(".modal [name=end_reason_id]", "Other"),
        click(".modal button[name=action_preview]"),
        see(".modal [name=preview_html]:contains(Per month)"),
        click(".modal button[name=action_apply].btn-primary"),
        see(".alert:contains(This contract ends after)"),
    ],
});

// Last night's failure: from the list to the customer's address and back.
tours.add("subscription_failure", {
    steps: () => [
        see(".o_data_row:contains(has no country)"),
        click(".o_data_row [name=plan_id], .o_data_row [name=variant_id]"),
        see(".alert-danger:contains(has no country)"),
        click("[name=partner_id] a"),
        ...choose("[name=country_id]", "United States"),
        click(".o_form_button_save"),
        see(".o_form_saved"),
        click(".o_breadcrumb .o_back_button a, .breadcrumb-item:last-child a"),
        click("button[name=action_retry_billing]"),
        see(".o_notification:contains(INV)"),
        see(".o_form_view:not(:has(.alert-danger:contains(has no country)))"),
    ],
});

// Why is this amount so? From the invoice.
tours.add("subscription_why", {
    steps: () => [
        click("button[name=action_view_subscription_charges]"),
        click(".o_data_row:contains(Seats) [name=date_start]"),
        see("[name=explanation_html]:contains(5.00)"),
    ],
});
